"""A look in words: one line of a log."""

from __future__ import annotations

from datetime import datetime, timezone

from verspan.comparison.model import Direction
from verspan.watching.model import Look

_NS = 1_000_000_000


def line(look: Look) -> str:
    """When it was, what had been seen, what is shown, and what that comes to."""
    moment = datetime.fromtimestamp(look.time_ns // _NS, tz=timezone.utc)
    before, after = look.traces
    parts = [f"{moment:%Y-%m-%dT%H:%M:%SZ}", f"look {look.number}", f"{before} / {after} traces", *_shown(look)]
    verdict = look.judgement.verdict.value if look.ended else "watching"
    return f"{', '.join(parts)}: {verdict}, {look.judgement.reason}"


def _shown(look: Look) -> list[str]:
    """The metrics in which a difference is shown."""
    found = () if look.comparison is None else look.comparison.metrics
    shown = (Direction.BETTER, Direction.WORSE, Direction.CHANGED)
    return [f"{each.metric} {each.direction.value}" for each in found if each.direction in shown]
