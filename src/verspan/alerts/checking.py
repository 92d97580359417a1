"""Checking rules: what fires, what of that is new, and telling it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timezone

from verspan.alerts.finding import finding_of
from verspan.alerts.model import Change, Event, Finding, Report, Rule, State
from verspan.alerts.remembering import Memory
from verspan.store.interface import Store

Tell = Callable[[bytes], str | None]
"""Tells of an event, as JSON; returns why it could not."""
_NS = 1_000_000_000


def check(store: Store, rules: Sequence[Rule], memory: Memory, now_ns: int, tell: Tell | None = None) -> Report:
    """Check rules, and tell once of each that begins to fire and of each that no longer does.

    What could not be told is told at the next check. A rule that shows neither stays what it was.

    Args:
        store: where the traffic is.
        rules: what is demanded.
        memory: what was told before.
        now_ns: the time, in nanoseconds since the epoch.
        tell: tells of an event; None where what is returned is enough.

    Raises:
        InvalidArgumentError: a rule is not usable, or what was told cannot be read or written.
        StoreError: the store cannot be read.
    """
    before = memory.read()
    findings = [finding_of(store, rule, now_ns) for rule in rules]
    kept = {rule.name: before[rule.name] for rule in rules if rule.name in before}
    events, untold = [], []
    for found in findings:
        event = _event(found, kept, now_ns)
        if event is None:
            continue
        events.append(event)
        problem = None if tell is None else tell(json.dumps(asdict(event), ensure_ascii=False).encode())
        if problem is not None:
            untold.append(f"{event.alert}: {problem}")
        elif event.event is Change.BEGAN:
            kept[event.alert] = now_ns
        else:
            del kept[event.alert]
        memory.write(kept)  # at once: what is told must not be told again, whatever becomes of the next
    memory.write(kept)
    return Report(_firing(findings, before), findings, events, untold)


def _firing(findings: Sequence[Finding], before: dict[str, int]) -> list[str]:
    """Those that fire, and those that did and show neither now."""
    return [
        found.rule.name
        for found in findings
        if found.state is State.FIRING or (found.state is State.UNKNOWN and found.rule.name in before)
    ]


def _event(found: Finding, kept: dict[str, int], now_ns: int) -> Event | None:
    """What is new of a rule; None where nothing is."""
    rule, since_ns = found.rule, kept.get(found.rule.name)
    if found.state is State.FIRING and since_ns is None:
        change, began_ns = Change.BEGAN, now_ns
    elif found.state is State.QUIET and since_ns is not None:
        change, began_ns = Change.ENDED, since_ns
    else:
        return None
    identity = f"{change.value} {rule.name} {began_ns}"
    return Event(
        event=change,
        alert=rule.name,
        found=found.found,
        metric=rule.metric,
        environment=rule.environment,
        version=rule.version,
        began=_iso(began_ns),
        time=_iso(now_ns),
        delivery=hashlib.sha256(identity.encode()).hexdigest()[:32],
    )


def _iso(time_ns: int) -> str:
    return f"{datetime.fromtimestamp(time_ns // _NS, tz=timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
