"""A trend as a page of its own: a picture in SVG, with nothing that is fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import isfinite

from verspan.trends.model import Point, Trend
from verspan.trends.words import footnotes, lines, told

_WIDTH, _HEIGHT = 960, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 30, 30, 60
_GRID = 4  # lines across
_MOST_LABELS = 7
_LABEL_CHARACTERS = 16
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --faint: #8b9097; --line: #2563a8; --mark: #b4540a; --paper: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ea; --faint: #868c94; --line: #6aa9ea; --mark: #eb9a50; --paper: #16181b }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
body { margin: 2rem auto; max-width: 960px; padding: 0 1rem }
h1 { font-size: 1.3rem } svg { width: 100%; height: auto } text { fill: var(--faint); font-size: 12px }
.grid { stroke: var(--faint); stroke-opacity: .3 }
.interval { stroke: var(--line); stroke-width: 2; stroke-opacity: .5 }
.path { fill: none; stroke: var(--line); stroke-width: 2 } .dot { fill: var(--line) }
.deployed { stroke: var(--mark); stroke-dasharray: 3 3 } .flag { fill: var(--mark) }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: .2rem .9rem .2rem 0; text-align: left }
p { color: var(--faint) }
"""


def page_of(trend: Trend) -> str:
    """The whole page, as HTML."""
    title = escape(f"{trend.metric} by {trend.by.value}")
    notes = "".join(f"<p>{escape(note)}</p>" for note in footnotes(trend)[1:])
    picture = "\n".join(_picture(trend)) if trend.points else "<p>nothing was seen of that yet</p>"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n{picture}\n{_table(trend)}\n{notes}</body></html>\n"
    )


def _picture(trend: Trend) -> Iterator[str]:
    low, high = _scale(trend.points)
    yield f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(trend.metric)}">'
    for step in range(_GRID + 1):
        value = low + (high - low) * step / _GRID
        height = _height(value, low, high)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{height:.1f}" y2="{height:.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{escape(told(trend, value))}</text>'
    yield from _labels(trend.points)
    for run in _runs(trend.points):
        corners = " ".join(
            f"{_across(place, trend.points):.1f},{_height(value, low, high):.1f}" for place, value in run
        )
        yield f'<polyline class="path" points="{corners}"/>'
    for place, point in enumerate(trend.points):
        yield from _mark(trend, place, low, high)
        if point.value is not None:
            yield from _dot(trend, point, place, (low, high))
    yield "</svg>"


def _dot(trend: Trend, point: Point, place: int, scale: tuple[float, float]) -> Iterator[str]:
    across, value = _across(place, trend.points), point.value or 0.0
    if point.interval is not None:
        ends = [_height(min(max(end, scale[0]), scale[1]), *scale) for end in (point.interval.low, point.interval.high)]
        yield f'<line class="interval" x1="{across:.1f}" x2="{across:.1f}" y1="{ends[0]:.1f}" y2="{ends[1]:.1f}"/>'
    said, height = escape(f"{point.label}: {told(trend, value)}, {point.rows} rows"), _height(value, *scale)
    yield f'<circle class="dot" cx="{across:.1f}" cy="{height:.1f}" r="4"><title>{said}</title></circle>'


def _mark(trend: Trend, place: int, low: float, high: float) -> Iterator[str]:
    """A line where something was deployed."""
    deployments = trend.points[place].deployments
    if not deployments:
        return
    across, ends = _across(place, trend.points), (_height(high, low, high), _height(low, low, high))
    said = escape("; ".join(f"{each.model_name} → {each.environment}" for each in deployments))
    yield f'<line class="deployed" x1="{across:.1f}" x2="{across:.1f}" y1="{ends[0]:.1f}" y2="{ends[1]:.1f}"/>'
    yield f'<text class="flag" x="{across:.1f}" y="{_TOP - 10}" text-anchor="middle">▼<title>{said}</title></text>'


def _labels(points: Sequence[Point]) -> Iterator[str]:
    apart = -(-len(points) // _MOST_LABELS)
    for place in range(0, len(points), apart):
        label = points[place].label
        shown = label if len(label) <= _LABEL_CHARACTERS else f"…{label[-_LABEL_CHARACTERS + 1 :]}"
        across = _across(place, points)
        yield f'<text x="{across:.1f}" y="{_HEIGHT - _BOTTOM + 24}" text-anchor="middle">{escape(shown)}</text>'


def _runs(points: Sequence[Point]) -> Iterator[list[tuple[int, float]]]:
    """Values next to each other, which a line joins."""
    run: list[tuple[int, float]] = []
    for place, point in enumerate(points):
        if point.value is None:
            yield run
            run = []
        else:
            run.append((place, point.value))
    yield run


def _table(trend: Trend) -> str:
    heads = (trend.by.value, trend.metric, "interval", "rows", "deployed")
    rows = [heads, *((line.label, line.value, line.interval, line.rows, line.deployments) for line in lines(trend))]
    marked = [
        "".join(f"<{'td' if number else 'th'}>{escape(cell)}</{'td' if number else 'th'}>" for cell in row)
        for number, row in enumerate(rows)
    ]
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in marked)}</table>"


def _scale(points: Sequence[Point]) -> tuple[float, float]:
    """What the picture shows, upward: zero, the values and the ends of their intervals."""
    ends = [0.0, *(point.value for point in points if point.value is not None)]
    for point in points:
        if point.interval is not None:
            ends += [end for end in (point.interval.low, point.interval.high) if isfinite(end)]
    return min(ends), max(ends) if max(ends) > min(ends) else min(ends) + 1


def _height(value: float, low: float, high: float) -> float:
    return _HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _BOTTOM - _TOP)


def _across(place: int, points: Sequence[Point]) -> float:
    room = _WIDTH - _LEFT - _RIGHT
    return _LEFT + (place + 0.5) / len(points) * room
