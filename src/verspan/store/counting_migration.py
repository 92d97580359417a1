"""What counts of spans that were stored while every call of a model did, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, case, func, insert, inspect, or_, select, text, update

from verspan.store import tables
from verspan.store.counting import BELOW, Told, without_told
from verspan.store.promoted import CALL, USAGE
from verspan.store.recounting import recount
from verspan.traces.model import CALL_OPERATIONS

_SPANS = tables.spans.c
_SERIES = tables.series.c
_FIGURES = tables.call_figures.c
_MANY = 10_000  # traces that are looked at together


def count_kept(connection: Connection) -> None:
    """Give spans their column ``counted``, and take calls that have another below them out of the sums.

    Tokens that agents have reported stay out, as they were: what is counted of them begins with the next span.
    """
    spans = tables.spans.name
    if "counted" in [each["name"] for each in inspect(connection).get_columns(spans)]:
        return  # a store that this Verspan has just made
    connection.execute(text(f"ALTER TABLE {spans} ADD COLUMN counted SMALLINT NOT NULL DEFAULT 0"))
    tables.reports.create(connection)
    of_calls = select(_SERIES.series_key).where(_SERIES.operation.in_(CALL_OPERATIONS))
    connection.execute(update(tables.spans).where(_SPANS.series_key.in_(of_calls)).values(counted=_reported()))
    nothing = {"input_tokens": 0, "output_tokens": 0, "cost_pico": None, "unpriced_calls": 0}
    connection.execute(update(tables.call_figures).where(_FIGURES.operation.not_in(CALL_OPERATIONS)).values(nothing))
    for trace in _traces(connection):
        _count_trace(connection, trace)


def _reported() -> Any:
    used = or_(_SPANS.input_tokens > 0, _SPANS.output_tokens > 0)
    return case((used, USAGE | CALL), else_=CALL)


def _traces(connection: Connection) -> Iterator[Sequence[Any]]:
    """The spans of each trace, as rows."""
    last = connection.scalar(select(func.max(_SPANS.trace_key))) or 0
    columns = (_SPANS.span_key, _SPANS.trace_key, _SPANS.span_id, _SPANS.parent_span_id, _SPANS.counted)
    for first in range(0, last + 1, _MANY):
        some = select(*columns).where(_SPANS.trace_key.between(first, first + _MANY - 1)).order_by(_SPANS.trace_key)
        for _, rows in groupby(connection.execute(some).all(), attrgetter("trace_key")):
            yield list(rows)


def _count_trace(connection: Connection, trace: Sequence[Any]) -> None:
    parents = {row.span_id: row.parent_span_id for row in trace}
    below: dict[bytes, int] = {}
    for row in trace:
        if row.counted and row.parent_span_id is not None:
            _climb(row.parent_span_id, row.counted, parents, below)
    told = {
        row.span_key: Told(row.counted, without_told(row.counted | below[row.span_id] << BELOW))
        for row in trace
        if row.span_id in below
    }
    recount(connection, told)
    waiting = [
        {"trace_key": trace[0].trace_key, "span_id": span_id, "answer": 0, "report": report, "scope": 0}
        for span_id, report in below.items()
        if span_id not in parents
    ]
    if waiting:
        connection.execute(insert(tables.reports), waiting)


def _climb(span_id: bytes | None, report: int, parents: Mapping[bytes, bytes | None], below: dict[bytes, int]) -> None:
    while span_id is not None and below.get(span_id, 0) & report != report:
        below[span_id] = below.get(span_id, 0) | report
        span_id = parents.get(span_id)
