"""Two versions beside each other: what the calls of each came to, and the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verspan.cli.listing import Column
from verspan.cli.quantities import NOTHING, count, duration, usd
from verspan.traces.model import Figures


@dataclass(frozen=True)
class _Measure:
    name: str
    of: Callable[[Figures], float | None]
    text: Callable[[float], str]


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
        names: the earlier version's and the later one's.
        figures: of the same two.
    """
    before, after = figures
    pairs = [(measure.of(before), measure.of(after)) for measure in _MEASURES]
    return [
        Column("", [measure.name for measure in _MEASURES], style="dim"),
        *(
            Column(
                name, [_shown(measure, pair[place]) for measure, pair in zip(_MEASURES, pairs, strict=True)], right=True
            )
            for place, name in enumerate(names)
        ),
        Column(
            "difference",
            [_difference(*pair, measure.text) for measure, pair in zip(_MEASURES, pairs, strict=True)],
            right=True,
        ),
    ]


def _shown(measure: _Measure, value: float | None) -> str:
    return NOTHING if value is None else measure.text(value)


def _difference(before: float | None, after: float | None, text: Callable[[float], str]) -> str:
    if before is None or after is None:
        return NOTHING
    if before == after:
        return "same"
    sign = "+" if after > before else "-"
    change = f"{sign}{text(abs(after - before))}"
    return f"{change} ({sign}{abs(after - before) / before:.0%})" if before else change
