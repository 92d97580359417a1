"""Plots as inline SVG, which need no script: every colour is a class of the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from verspan.comparison.model import Comparison, MetricComparison
from verspan.comparison.words import lines

_WIDTH, _HEIGHT = 200, 24
_SIDES: Final = ("baseline", "candidate")
_QUANTILES: Final = {f"latency p{share}": share / 100 for share in (50, 95, 99)}


def interval_plot(metric: MetricComparison, words: str) -> str:
    """A difference and its interval beside zero, on a scale of its own; an infinite end leaves the plot.

    Args:
        metric: what is shown.
        words: the same for whoever does not see it.
    """
    difference = metric.difference
    if difference is None:
        return ""
    ends = (difference.interval.low, difference.interval.high, difference.estimate)
    reach = max((abs(end) for end in ends if math.isfinite(end)), default=0.0) or 1.0

    def place(value: float) -> float:
        return _WIDTH / 2 * (1 + max(-1.0, min(1.0, value / reach * 0.92)))

    low, high, middle = map(place, ends)
    return (
        f'<svg class="interval {slug(metric.direction.value)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(words)}"><line class="zero" x1="{_WIDTH / 2:.0f}" x2="{_WIDTH / 2:.0f}" y1="1" '
        f'y2="{_HEIGHT - 1}"/><line class="reach" x1="{low:.1f}" x2="{high:.1f}" y1="12" y2="12"/>'
        f"{_ends(low, high, ends)}"
        f'<circle cx="{middle:.1f}" cy="12" r="4.5"/></svg>'
    )


def _ends(low: float, high: float, ends: tuple[float, float, float]) -> str:
    bounded = (x for x, end in ((low, ends[0]), (high, ends[1])) if math.isfinite(end))
    return "".join(f'<line class="reach" x1="{x:.1f}" x2="{x:.1f}" y1="7" y2="17"/>' for x in bounded)


def slug(text: str) -> str:
    """A verdict as the name of a class."""
    return text.replace(" ", "-")


@dataclass(frozen=True)
class _Curve:
    """Latencies of one version by the share of answers that are no slower."""

    side: str
    points: Sequence[tuple[float, float]]
    """Of milliseconds and shares."""


def latency_plot(comparison: Comparison) -> str:
    """The latency of both versions: of every answer where rows were compared, else the quantiles of the traffic.

    Returns:
        The SVG, or nothing where no latency is known.
    """
    curves = list(_answered(comparison)) or list(_observed(comparison))
    values = [value for curve in curves for value, _ in curve.points if value > 0]
    if len(curves) < len(_SIDES) or not values:
        return ""
    scale = _Scale(min(values), max(values))
    shapes = "".join(_drawn(curve, scale) for curve in curves)
    return (
        f'<svg class="latency" viewBox="0 0 {_Scale.right + 14} {_Scale.bottom + 34}" role="img" '
        f'aria-label="{escape(_told(comparison))}">{_axes(scale)}{shapes}</svg>'
    )


def _answered(comparison: Comparison) -> Iterator[_Curve]:
    for side in _SIDES:
        took = sorted(
            trial.duration_ms
            for row in comparison.rows
            for trial in getattr(row, side)
            if trial.failure is None and not trial.cached and trial.duration_ms > 0
        )
        if took:
            yield _Curve(side, [(value, (place + 0.5) / len(took)) for place, value in _thinned(took)])


def _thinned(took: Sequence[float], most: int = 200) -> Iterator[tuple[int, float]]:
    """As many of the ranked values as a plot can show."""
    step = max(1, math.ceil(len(took) / most))
    yield from ((place, took[place]) for place in range(0, len(took), step))
    if (len(took) - 1) % step:
        yield len(took) - 1, took[-1]


def _observed(comparison: Comparison) -> Iterator[_Curve]:
    found = [(metric, share) for metric in comparison.metrics if (share := _QUANTILES.get(metric.metric))]
    for side in _SIDES:
        points = [(getattr(metric.difference, side), share) for metric, share in found if metric.difference is not None]
        if points:
            yield _Curve(side, points)


def _told(comparison: Comparison) -> str:
    quantiles = (line for line in lines(comparison) if line.metric in _QUANTILES)
    told = "; ".join(f"{line.metric}: {line.baseline} and {line.candidate}" for line in quantiles)
    return f"Latency of {comparison.baseline} and {comparison.candidate}. {told}".strip()


class _Scale:
    """Where milliseconds and shares are; logarithmic, since latencies are skewed."""

    left, right, top, bottom = 40, 386, 10, 170

    def __init__(self, low: float, high: float) -> None:
        self._low = math.log(low * 0.95)
        self._reach = math.log(high * 1.05) - self._low

    def x(self, value: float) -> float:
        share = (math.log(value) - self._low) / self._reach if value > 0 else 0.0
        return self.left + max(0.0, share) * (self.right - self.left)

    def y(self, share: float) -> float:
        return self.bottom - share * (self.bottom - self.top)

    def ticks(self, apart: float = 44) -> Iterator[float]:
        """Round numbers within, none of which stands in another's way."""
        last = -math.inf
        for exponent in range(-3, 9):
            for digit in (1, 2, 3, 5, 7):
                x = self.x(value := digit * 10.0**exponent)
                if self.left < x <= self.right - 8 and x - last >= apart:
                    last = x
                    yield value


def _drawn(curve: _Curve, scale: _Scale) -> str:
    points = " ".join(f"{scale.x(value):.1f},{scale.y(share):.1f}" for value, share in curve.points)
    dots = "".join(
        f'<circle cx="{scale.x(value):.1f}" cy="{scale.y(share):.1f}" r="3"/>' for value, share in curve.points
    )
    few = len(curve.points) <= len(_QUANTILES)
    return f'<g class="{curve.side}"><polyline points="{points}"/>{dots if few else ""}</g>'


def _axes(scale: _Scale) -> str:
    shares = "".join(
        f'<line class="grid" x1="{scale.left}" x2="{scale.right}" y1="{scale.y(share):.1f}" y2="{scale.y(share):.1f}"/>'
        f'<text x="{scale.left - 6}" y="{scale.y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    values = "".join(
        f'<line class="grid" x1="{scale.x(value):.1f}" x2="{scale.x(value):.1f}" y1="{scale.top}" y2="{scale.bottom}"/>'
        f'<text x="{scale.x(value):.1f}" y="{scale.bottom + 16}" text-anchor="middle">{_milliseconds(value)}</text>'
        for value in scale.ticks()
    )
    return f"{shares}{values}"


def _milliseconds(value: float) -> str:
    return f"{value / 1000:g} s" if value >= 1000 else f"{value:g} ms"  # noqa: PLR2004 - milliseconds of a second
