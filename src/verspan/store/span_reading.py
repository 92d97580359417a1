"""Whole spans out of the store's tables, however many traces they are of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from verspan.store import tables
from verspan.store.bodies import read_bodies
from verspan.store.dictionaries import Dictionaries
from verspan.store.encoding import from_json
from verspan.store.keys import chunks
from verspan.store.span_bodies import body_keys, parse_span_body, stored_span
from verspan.traces.model import Attributes, StoredSpan

_SPANS = tables.spans.c
_TRACES = tables.traces.c


def selected_spans() -> Select[Any]:
    """The rows that :func:`whole_spans` makes spans of, to be narrowed down and put in order."""
    shared = [column for column in tables.series.c if column.name not in ("series_key", "digest")]
    joined = tables.spans.join(tables.series, _SPANS.series_key == tables.series.c.series_key).join(
        tables.traces, _SPANS.trace_key == _TRACES.trace_key
    )
    return select(*tables.spans.c, *shared, _TRACES.trace_id).select_from(joined)


def whole_spans(connection: Connection, dictionaries: Dictionaries, rows: Sequence[Row[Any]]) -> list[StoredSpan]:
    """The spans of some rows, in the order of the rows."""
    bodies = [parse_span_body(dictionaries.decompress(connection, row.body)) for row in rows]
    contents = read_bodies(connection, dictionaries, (key for body in bodies for key in body_keys(body)))
    resources = _resources(connection, {row.resource_key for row in rows})
    return [
        stored_span(row, row.trace_id.hex(), body, contents, resources[row.resource_key])
        for row, body in zip(rows, bodies, strict=True)
    ]


def _resources(connection: Connection, keys: Iterable[int]) -> dict[int, Attributes]:
    resource = tables.resources.c
    return {
        row.resource_key: from_json(row.attributes)
        for some in chunks(keys)
        for row in connection.execute(select(tables.resources).where(resource.resource_key.in_(some)))
    }
