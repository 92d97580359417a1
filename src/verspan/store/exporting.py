"""The spans of a version's traces, page by page, in an order that is the same in every store.

A page costs the same however many come before it: it begins at a place, and both the traces of a version and the spans
of a trace stand in an index in the order in which they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, true

from verspan.store import tables
from verspan.store.database import Database
from verspan.store.dictionaries import Dictionaries
from verspan.store.keys import chunks
from verspan.store.span_reading import selected_spans, whole_spans
from verspan.transfer.records import SpanPage, SpanPlace

_TRACES = tables.traces.c
_SPANS = tables.spans.c
_MODELS = tables.logged_models.c


class SqlSpanPages:
    """The :class:`~verspan.transfer.records.SpanPages` of an SQL database."""

    def __init__(self, database: Database, dictionaries: Dictionaries) -> None:
        self._database = database
        self._dictionaries = dictionaries

    def count(self, model_id: str) -> int:
        """How many spans the version's traces have."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.sum(_TRACES.span_count)).where(_owned_by(model_id))) or 0

    def page(self, model_id: str, after: SpanPlace | None = None, limit: int = 512) -> SpanPage:
        """Whole spans of the traces that belong to a version."""
        with self._database.reading() as connection:
            traces = connection.execute(_traces(model_id, after, limit)).all()
            rows = list(_span_rows(connection, traces, after, limit))
            spans = [stored.span for stored in whole_spans(connection, self._dictionaries, rows)]
        return SpanPage(spans, _place_of(rows[-1], traces) if rows else None)


def _owned_by(model_id: str) -> ColumnElement[bool]:
    return _TRACES.model_key == select(_MODELS.model_key).where(_MODELS.model_id == model_id).scalar_subquery()


def _traces(model_id: str, after: SpanPlace | None, limit: int) -> Select[Any]:
    """The traces that a page may have spans of, the one included that the page before ended in."""
    columns = (_TRACES.trace_key, _TRACES.trace_id, _TRACES.start_ns, _TRACES.span_count)
    in_order = select(*columns).where(_owned_by(model_id), _from(after)).order_by(_TRACES.start_ns, _TRACES.trace_id)
    return in_order.limit(limit + 1)


def _from(place: SpanPlace | None) -> ColumnElement[bool]:
    if place is None:
        return true()
    later = or_(_TRACES.start_ns > place.trace_start_ns, _TRACES.trace_id >= place.trace_id)
    return and_(_TRACES.start_ns >= place.trace_start_ns, later)


def _span_rows(
    connection: Connection, traces: Sequence[Row[Any]], after: SpanPlace | None, limit: int
) -> Iterator[Row[Any]]:
    """The rest of the first trace, as many whole ones as there is room for, and the beginning of the next."""
    left = limit
    whole: list[int] = []
    for trace in traces:
        begun = after is not None and trace.trace_id == after.trace_id
        if not begun and trace.span_count <= left:
            whole.append(trace.trace_key)
            left -= trace.span_count
            continue
        yield from _rows_of(connection, whole)
        whole = []
        part = connection.execute(_part(trace.trace_key, after.span_id if begun and after else b"", left)).all()
        yield from part
        left -= len(part)
        if left == 0:
            return
    yield from _rows_of(connection, whole)


def _rows_of(connection: Connection, trace_keys: Sequence[int]) -> Iterator[Row[Any]]:
    """The rows of whole traces, in the order of the traces."""
    for some in chunks(trace_keys):
        position = {trace_key: number for number, trace_key in enumerate(some)}
        rows = connection.execute(selected_spans().where(_SPANS.trace_key.in_(some))).all()
        yield from sorted(rows, key=lambda row: (position[row.trace_key], row.span_id))


def _part(trace_key: int, after_span_id: bytes, limit: int) -> Select[Any]:
    rest = and_(_SPANS.trace_key == trace_key, _SPANS.span_id > after_span_id)
    return selected_spans().where(rest).order_by(_SPANS.span_id).limit(limit)


def _place_of(row: Row[Any], traces: Sequence[Row[Any]]) -> SpanPlace:
    (start_ns,) = (trace.start_ns for trace in traces if trace.trace_key == row.trace_key)
    return SpanPlace(start_ns, row.trace_id, row.span_id)
