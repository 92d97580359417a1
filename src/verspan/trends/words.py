"""A trend in words: what it is in figures, and a picture that any terminal shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from verspan.comparison.model import Direction, Interval, MetricComparison
from verspan.comparison.words import figure
from verspan.trends.model import By, Point, Trend

_BLOCKS = "▁▂▃▄▅▆▇█"
_WIDTH = 32
_NOTHING = "-"


class Line(NamedTuple):
    """A point as it is shown."""

    label: str
    value: str
    interval: str
    picture: str
    rows: str
    deployments: str


def lines(trend: Trend) -> list[Line]:
    """The lines of its table."""
    low, high = _scale(trend.points)
    return [
        Line(
            label=point.label,
            value=_NOTHING if point.value is None else told(trend, point.value),
            interval=_NOTHING if point.interval is None else _interval(trend, point.interval),
            picture=_picture(point, low, high),
            rows=str(point.rows),
            deployments=", ".join(_deployments(trend, point)),
        )
        for point in trend.points
    ]


def footnotes(trend: Trend) -> list[str]:
    """What has to be known beside the table."""
    line = sparkline([point.value for point in trend.points])
    shown = f"; bars from {_ends(trend)}" if line.strip() else ""
    return [
        f"{line}  {trend.metric} by {trend.by.value}, from {trend.read.value}{shown}".strip(),
        *([f"intervals at {trend.confidence:.3g} confidence, each alone"] if _has_intervals(trend) else []),
        *trend.notes,
    ]


def plain(trend: Trend) -> str:
    """It as text that any terminal, log or notebook shows."""
    found = lines(trend)
    widths = [max((len(row[place]) for row in found), default=0) for place in range(len(Line._fields))]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in found]
    return "\n".join([*rows, *footnotes(trend)])


def sparkline(values: Sequence[float | None]) -> str:
    """A block for each value, from the lowest to the highest; a blank where there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    steps = len(_BLOCKS) - 1
    return "".join(" " if value is None else _BLOCKS[round(_share(value, low, high) * steps)] for value in values)


def told(trend: Trend, value: float) -> str:
    """A figure of it in its unit."""
    if trend.metric.endswith("rate") and not trend.unit:
        return f"{value:.1%}"
    return figure(MetricComparison(trend.metric, trend.unit, trend.goal, None, Direction.TOO_FEW), value)


def _interval(trend: Trend, interval: Interval) -> str:
    return f"{told(trend, interval.low)} to {told(trend, interval.high)}"


def _scale(points: Sequence[Point]) -> tuple[float, float]:
    """The lowest and the highest figure that a picture has room for."""
    ends = [point.value for point in points if point.value is not None]
    for point in points:
        if point.interval is not None:
            ends += [end for end in (point.interval.low, point.interval.high) if math.isfinite(end)]
    return min(ends, default=0.0), max(ends, default=0.0)


def _ends(trend: Trend) -> str:
    low, high = _scale(trend.points)
    return f"{told(trend, low)} to {told(trend, high)}"


def _picture(point: Point, low: float, high: float) -> str:
    """The value as a dot on a line that is its interval."""
    if point.value is None:
        return ""
    cells = [" "] * _WIDTH
    interval = point.interval or Interval(point.value, point.value)
    for place in range(_place(interval.low, low, high), _place(interval.high, low, high) + 1):
        cells[place] = "─"
    cells[_place(point.value, low, high)] = "●"
    return "".join(cells).rstrip()


def _place(value: float, low: float, high: float) -> int:
    return round(_share(min(max(value, low), high), low, high) * (_WIDTH - 1))


def _share(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5


def _has_intervals(trend: Trend) -> bool:
    return any(point.interval is not None for point in trend.points)


def _deployments(trend: Trend, point: Point) -> list[str]:
    """Where a version was live and since when, or which versions went live in a stretch."""
    if trend.by is By.VERSION:
        return [f"{each.environment} {_day(each.start_timestamp)}" for each in point.deployments]
    return [f"{each.model_name} → {each.environment}" for each in point.deployments]


def _day(timestamp_ms: int) -> str:
    return f"{datetime.fromtimestamp(timestamp_ms // 1000, tz=timezone.utc):%Y-%m-%d}"
