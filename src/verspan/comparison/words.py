"""A comparison in words: the cells of its table, wherever it is shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from verspan.comparison.model import Comparison, Difference, Direction, MetricComparison
from verspan.comparison.verdicts import counted_verdicts

_Text = Callable[[float], str]
_DIGITS = 3


class Line(NamedTuple):
    """A metric as it is shown."""

    metric: str
    baseline: str
    candidate: str
    difference: str
    interval: str
    rows: str
    verdict: str
    direction: Direction


HEADERS = ("metric", "baseline", "candidate", "difference", "interval", "rows", "verdict")


def lines(comparison: Comparison) -> list[Line]:
    """The lines of its table."""
    return [_line(each) for each in comparison.metrics]


def footnotes(comparison: Comparison) -> list[str]:
    """What has to be known beside the table: the confidence, the methods, the notes and the warnings."""
    confidence = 1 - comparison.alpha
    methods: dict[str, list[str]] = {}
    for each in comparison.metrics:
        if each.difference is not None:
            methods.setdefault(each.difference.method, []).append(each.metric)
    tested = sum(each.adjusted_p is not None for each in comparison.metrics)
    corrected = f"corrected for the {tested} metrics that are tested ({comparison.correction})"
    return [
        f"intervals at {confidence:.3g} confidence; verdicts at {comparison.alpha:g}, {corrected}",
        *(f"{', '.join(metrics)}: {method}" for method, metrics in methods.items()),
        *(f"{each.metric}: {each.note}" for each in comparison.metrics if each.note),
        *(f"warning: {warning}" for warning in comparison.warnings),
    ]


def figure(found: MetricComparison, value: float) -> str:
    """A figure of a metric in its unit."""
    return _figure(value, _form(found))


def change(found: MetricComparison, value: float) -> str:
    """A difference of a metric in its unit, with its sign."""
    return _signed(value, _form(found))


def reasons(comparison: Comparison) -> list[str]:
    """What changed between the two in a few words, and the command that shows all of it; nothing where it is untold."""
    if comparison.why is None:
        return []
    from verspan.comparison.changes import change_lines, whole_diff  # which many a comparison has no use for

    told = [f"{title.lower()}: {text}" for title, text in change_lines(comparison.why)]
    return ["what changed:", *(f"  {line}" for line in told), f"  everything: {whole_diff(comparison.why)}"]


def verdicts_of_rows(comparison: Comparison) -> list[str]:
    """How many rows there are of each verdict; nothing where there are none."""
    counts = [f"{count} {verdict.value}" for verdict, count in counted_verdicts(comparison.rows).items()]
    return [f"row by row: {', '.join(counts)}"] if counts else []


def plain(comparison: Comparison) -> str:
    """It as text that any terminal, log or notebook shows."""
    rows: list[Sequence[str]] = [HEADERS, *(line[:-1] for line in lines(comparison))]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADERS))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    head = f"{comparison.baseline} → {comparison.candidate}, by {comparison.basis.value}"
    more = [*verdicts_of_rows(comparison), *reasons(comparison), *footnotes(comparison)]
    return "\n".join([head, *table, *more])


def _line(found: MetricComparison) -> Line:
    difference, verdict = found.difference, found.direction.value
    if difference is None:
        return Line(found.metric, "-", "-", "-", "-", "0", verdict, found.direction)
    text = _form(found)
    return Line(
        metric=found.metric,
        baseline=text(difference.baseline),
        candidate=text(difference.candidate),
        difference=_signed(difference.estimate, text),
        interval=f"{_signed(difference.interval.low, text)} to {_signed(difference.interval.high, text)}",
        rows=_rows(difference),
        verdict=verdict,
        direction=found.direction,
    )


def _rows(difference: Difference) -> str:
    """How many observations there are, and of how many sessions or users, where these are fewer."""
    both = [
        f"{rows}" if rows == units else f"{rows} of {units}"
        for rows, units in zip(difference.rows, difference.units, strict=True)
    ]
    return both[0] if both[0] == both[1] else " / ".join(both)


def _signed(value: float, text: _Text) -> str:
    return f"{'+' if 0 < value < math.inf else ''}{_figure(value, text)}"


def _figure(value: float, text: _Text) -> str:
    """Its sign before whatever its unit begins with."""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{'-' if value < 0 else ''}{text(abs(value))}"


def _form(found: MetricComparison) -> _Text:
    if found.unit:
        return _UNITS.get(found.unit, lambda value: f"{_number(value)} {found.unit}")
    difference = found.difference
    shares = difference is not None and all(0 <= each <= 1 for each in (difference.baseline, difference.candidate))
    return (lambda value: f"{value:.1%}") if shares and found.metric.endswith("rate") else _number


def _number(value: float) -> str:
    if value == 0 or abs(value) >= 10**_DIGITS:
        return f"{value:,.0f}"
    return format(Decimal(f"{value:.{_DIGITS}g}"), "f")  # never 2e-05, which few people read as a price


_UNITS: Mapping[str, _Text] = {
    "ms": lambda value: f"{_number(value)} ms",
    "USD": lambda value: f"${_number(value)}",
    "token": _number,
}
