"""Two versions beside each other: what the calls of each came to, and the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verspan.cli.listing import Column
from verspan.cli.quantities import NOTHING, count, duration, usd
from verspan.traces.model import Figures

_Text = Callable[[float], str]


@dataclass(frozen=True)
class _Measure:
    name: str
    of: Callable[[Figures], float | None]
    text: _Text


def _count(number: float) -> str:
    return count(round(number))


_MEASURES = (
    _Measure("traces", lambda figures: figures.traces, _count),
    _Measure("calls", lambda figures: figures.calls, _count),
    _Measure("errors", lambda figures: figures.errors, _count),
    _Measure("p50", lambda figures: figures.p50_ms, duration),
    _Measure("p95", lambda figures: figures.p95_ms, duration),
    _Measure("input tokens", lambda figures: figures.input_tokens, _count),
    _Measure("output tokens", lambda figures: figures.output_tokens, _count),
    _Measure("cost", lambda figures: figures.cost_usd, usd),
)


def side_by_side(names: Sequence[str], figures: Sequence[Figures]) -> list[Column]:
    """The columns of a table with a line for each measure.

    Args:
        names: the earlier version's and the later one's; their headers leave out how both begin.
        figures: of the same two.
    """
    before, after = ([measure.of(each) for measure in _MEASURES] for each in figures)
    earlier, later = _short(names)
    texts = [measure.text for measure in _MEASURES]
    return [
        Column("", [measure.name for measure in _MEASURES], style="dim"),
        Column(earlier, list(map(_shown, before, texts)), right=True),
        Column(later, list(map(_shown, after, texts)), right=True),
        Column("difference", list(map(_difference, before, after, texts)), right=True),
    ]


def _short(names: Sequence[str]) -> Sequence[str]:
    """The names from their last dash on, where they are the same up to it: the commits of one application."""
    parts = [name.rpartition("-") for name in names]
    return [tail for _, _, tail in parts] if len({head for head, _, _ in parts}) == 1 else names


def _shown(value: float | None, text: _Text) -> str:
    return NOTHING if value is None else text(value)


def _difference(before: float | None, after: float | None, text: _Text) -> str:
    if before is None or after is None:
        return NOTHING
    if before == after:
        return "same"
    sign = "+" if after > before else "-"
    change = f"{sign}{text(abs(after - before))}"
    return f"{change} ({sign}{abs(after - before) / before:.0%})" if before else change
