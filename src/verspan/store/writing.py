"""A batch of spans into the store's tables, inside one transaction.

What is made of every span on this path is a tuple or nothing: rows go to the driver one at a time as they are made, in
the order of their table's columns, and what lasts until the end of the batch is what `prepared` made. An object that
lasts costs more than making it: Python's garbage collector looks at everything the application has whenever enough of
them have gathered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, insert, select

from verspan.store import tables
from verspan.store.batch_keys import Keys, keep_referred
from verspan.store.counting import count_once
from verspan.store.figures import FiguresChange
from verspan.store.keys import chunks, known_keys, next_key
from verspan.store.prepared import PreparedSpan
from verspan.store.promoted import CALL
from verspan.store.recounting import recount
from verspan.store.search import add_to_index
from verspan.store.span_bodies import STATUSES, with_keys
from verspan.store.statements import Statement
from verspan.store.trace_rows import write_traces
from verspan.store.traffic import TrafficChange
from verspan.store.transaction import Transaction

_SPANS = tables.spans.c
_TRACES = tables.traces.c
_INSERT_SPANS = Statement(insert(tables.spans))


def keep_spans(transaction: Transaction, prepared: Sequence[PreparedSpan]) -> int:
    """Keep those spans that the store does not have, each once.

    Args:
        transaction: where to write them.
        prepared: the batch.

    Returns:
        How many were new.
    """
    connection = transaction.connection
    known_traces = known_keys(connection, _TRACES.trace_id, _TRACES.trace_key, {one.trace_id for one in prepared})
    new = _new_spans(connection, prepared, known_traces)
    if new:
        _keep_new(transaction, new, known_traces)
    return len(new)


def _new_spans(
    connection: Connection, prepared: Sequence[PreparedSpan], known_traces: Mapping[bytes, int]
) -> list[PreparedSpan]:
    distinct: dict[bytes, PreparedSpan] = {}
    for one in prepared:
        distinct.setdefault(one.trace_id + one.span_id, one)
    kept: set[bytes] = set()
    for some in chunks(one for one in distinct.values() if one.trace_id in known_traces):
        trace_keys = {known_traces[one.trace_id]: one.trace_id for one in some}
        among = and_(_SPANS.trace_key.in_(trace_keys), _SPANS.span_id.in_({one.span_id for one in some}))
        rows = connection.execute(select(_SPANS.trace_key, _SPANS.span_id).where(among))
        kept.update(trace_keys[row.trace_key] + row.span_id for row in rows)
    return [one for identity, one in distinct.items() if identity not in kept]


def _keep_new(transaction: Transaction, new: Sequence[PreparedSpan], known_traces: Mapping[bytes, int]) -> None:
    """Write spans that are all new, and everything that is summed up from them."""
    connection = transaction.connection
    models_before = _models_of(connection, known_traces)
    keys = keep_referred(transaction, new, known_traces)
    counts = count_once(connection, new, keys, known_traces)
    recount(connection, counts.told)
    told = write_traces(connection, new, keys, counts.new)
    models_now = {trace_id: row.model_key for trace_id, row in told.items()} | _models_of(connection, known_traces)
    figures, traffic = _sums(new, keys, counts.new)
    for trace_id, model_key in models_now.items():
        figures.move_trace(models_before.get(trace_id), model_key)
    figures.write(connection)
    traffic.write(connection)
    _index_words(transaction, new, keys)
    _INSERT_SPANS.run_for_each(connection, _span_rows(transaction, new, keys, counts.new))


def _models_of(connection: Connection, known_traces: Mapping[bytes, int]) -> dict[bytes, int]:
    """The version that each trace of which the store has spans belongs to at this moment."""
    found: dict[bytes, int] = {}
    for some in chunks(known_traces.values()):
        owned = and_(_TRACES.trace_key.in_(some), _TRACES.model_key.is_not(None))
        rows = connection.execute(select(_TRACES.trace_id, _TRACES.model_key).where(owned))
        found.update((row.trace_id, row.model_key) for row in rows)
    return found


def _sums(new: Sequence[PreparedSpan], keys: Keys, counted: Sequence[int]) -> tuple[FiguresChange, TrafficChange]:
    """What the spans add to the figures and the traffic of their versions."""
    figures, traffic = FiguresChange(), TrafficChange()
    for one, flags in zip(new, counted, strict=True):
        model_key = keys.model_of(one)
        if model_key is not None:
            figures.add(model_key, one.span, one.promoted, flags)
            traffic.add(model_key, one.span, is_call=bool(flags & CALL))
    return figures, traffic


def _index_words(transaction: Transaction, new: Sequence[PreparedSpan], keys: Keys) -> None:
    texts: dict[int, list[str]] = {}
    is_new = transaction.index.is_new
    for one in new:
        trace_key = keys.traces[one.trace_id]
        said = texts.setdefault(trace_key, [])
        said.append(one.span.name)
        for body in one.bodies:
            if is_new(trace_key, keys.bodies[body.digest]):
                said.append(body.words)
    add_to_index(transaction.connection, texts)


def _span_rows(
    transaction: Transaction, new: Sequence[PreparedSpan], keys: Keys, counted: Sequence[int]
) -> Iterator[tuple[Any, ...]]:
    first = next_key(transaction.connection, _SPANS.span_key)
    for span_key, (one, flags) in enumerate(zip(new, counted, strict=True), start=first):
        span, promoted = one.span, one.promoted
        body = with_keys(one.body, [keys.bodies[body.digest] for body in one.bodies])
        yield (
            span_key,
            keys.traces[one.trace_id],
            one.span_id,
            one.parent_span_id,
            keys.series[promoted.series],
            keys.resources[id(span.resource)],
            keys.model_of(one),
            span.start_ns,
            span.end_ns - span.start_ns,
            STATUSES.index(span.status_code),
            promoted.input_tokens,
            promoted.output_tokens,
            promoted.cached_tokens,
            promoted.reasoning_tokens,
            promoted.cost_pico,
            flags,
            transaction.compressor.compress(body),
        )
