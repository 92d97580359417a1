"""Calls that several instrumentors told of, out of the newest spans."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from verspan.store import tables
from verspan.store.promoted import CALL
from verspan.traces.model import CALL_OPERATIONS, RepeatedCalls

_NEWEST = 10_000  # spans
_SPANS = tables.spans.c
_SERIES = tables.series.c


def repeated_calls(connection: Connection) -> Sequence[RepeatedCalls]:
    """How many of the newest calls of each scope do not count, since somebody else told of them; most first."""
    newest = (connection.scalar(select(func.max(_SPANS.span_key))) or 0) - _NEWEST
    calls = func.count().label("calls")
    found = (
        select(_SERIES.scope_name, calls)
        .join_from(tables.spans, tables.series, _SPANS.series_key == _SERIES.series_key)
        .where(
            _SPANS.span_key > newest,
            _SERIES.operation.in_(CALL_OPERATIONS),
            _SPANS.counted.op("&")(CALL) == 0,
        )
        .group_by(_SERIES.scope_name)
        .order_by(calls.desc(), _SERIES.scope_name)
    )
    return [RepeatedCalls(row.scope_name, row.calls) for row in connection.execute(found)]
