"""A batch of spans into the store's tables, inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, insert, select

from verspan.store import tables
from verspan.store.bodies import keep_bodies
from verspan.store.compression import Compressor
from verspan.store.encoding import to_json
from verspan.store.figures import FiguresChange
from verspan.store.keys import chunks, digest_of, keep_once, known_keys, next_key
from verspan.store.models import keys_of_stamped
from verspan.store.prepared import PreparedSpan
from verspan.store.promoted import Series
from verspan.store.search import IndexChange, add_to_index
from verspan.store.span_bodies import STATUSES, span_body
from verspan.store.statements import ManyRows
from verspan.store.trace_rows import TraceChange, trace_changes, write_traces

_SPANS = tables.spans.c
_TRACES = tables.traces.c
_INSERT_SPANS = ManyRows(insert(tables.spans))


def keep_spans(
    connection: Connection, compressor: Compressor, index: IndexChange, prepared: Sequence[PreparedSpan]
) -> int:
    """Keep those spans that the store does not have, each once.

    Args:
        connection: one that may write.
        compressor: what new contents are compressed with.
        index: what of the spans' words is indexed already.
        prepared: the batch.

    Returns:
        How many were new.
    """
    known_traces = known_keys(connection, _TRACES.trace_id, _TRACES.trace_key, {one.trace_id for one in prepared})
    new = _new_spans(connection, prepared, known_traces)
    if new:
        _Batch(connection, compressor, new, known_traces).keep(index)
    return len(new)


def _new_spans(
    connection: Connection, prepared: Sequence[PreparedSpan], known_traces: Mapping[bytes, int]
) -> list[PreparedSpan]:
    distinct: dict[tuple[bytes, bytes], PreparedSpan] = {}
    for one in prepared:
        distinct.setdefault((one.trace_id, one.span_id), one)
    kept: set[tuple[int, bytes]] = set()
    for some in chunks(identity for identity in distinct if identity[0] in known_traces):
        trace_keys = {known_traces[trace_id] for trace_id, _ in some}
        among = and_(_SPANS.trace_key.in_(trace_keys), _SPANS.span_id.in_({span_id for _, span_id in some}))
        rows = connection.execute(select(_SPANS.trace_key, _SPANS.span_id).where(among))
        kept.update((row.trace_key, row.span_id) for row in rows)
    return [one for (trace_id, span_id), one in distinct.items() if (known_traces.get(trace_id), span_id) not in kept]


class _Batch:
    """Spans that are all new, and the keys of everything that their rows refer to."""

    def __init__(
        self,
        connection: Connection,
        compressor: Compressor,
        new: Sequence[PreparedSpan],
        known_traces: Mapping[bytes, int],
    ) -> None:
        self._connection, self._compressor, self._new = connection, compressor, new
        self._known_traces = known_traces
        self._traces = self._trace_keys()
        self._models = {None: None} | keys_of_stamped(connection, _stamped(new))
        bodies = {digest: body for one in new for digest, body in one.bodies.items()}
        self._bodies = {None: None} | keep_bodies(connection, compressor, bodies)
        self._resources = _keep_resources(connection, new)
        self._series = _keep_series(connection, {one.promoted.series for one in new})

    def keep(self, index: IndexChange) -> None:
        """Write the spans and everything that is summed up from them."""
        changes = trace_changes(self._new, self._models, self._bodies, self._series)
        models_before = self._models_of_known_traces()
        write_traces(self._connection, ((self._traces[trace_id], change) for trace_id, change in changes.items()))
        self._write_figures(models_before, changes)
        self._index_words(index)
        _INSERT_SPANS.execute(self._connection, self._span_rows())

    def _trace_keys(self) -> Mapping[bytes, int]:
        unknown = dict.fromkeys(one.trace_id for one in self._new if one.trace_id not in self._known_traces)
        first = next_key(self._connection, _TRACES.trace_key)
        return {**self._known_traces, **{trace_id: key for key, trace_id in enumerate(unknown, start=first)}}

    def _models_of_known_traces(self) -> dict[bytes, int]:
        """The version that each trace of which the store has spans belongs to at this moment."""
        found: dict[bytes, int] = {}
        for some in chunks(self._known_traces.values()):
            owned = and_(_TRACES.trace_key.in_(some), _TRACES.model_key.is_not(None))
            rows = self._connection.execute(select(_TRACES.trace_id, _TRACES.model_key).where(owned))
            found.update((row.trace_id, row.model_key) for row in rows)
        return found

    def _write_figures(self, models_before: Mapping[bytes, int], changes: Mapping[bytes, TraceChange]) -> None:
        figures = FiguresChange()
        for one in self._new:
            model_key = self._models[one.promoted.model_id]
            if model_key is not None:
                figures.add(model_key, one.span, one.promoted)
        models_of_new = {trace_id: change.model_key for trace_id, change in changes.items()}
        for trace_id, model_key in (models_of_new | self._models_of_known_traces()).items():
            figures.move_trace(models_before.get(trace_id), model_key)
        figures.write(self._connection)

    def _index_words(self, index: IndexChange) -> None:
        texts: dict[int, list[str]] = {}
        for one in self._new:
            trace_key = self._traces[one.trace_id]
            new = [body.words for digest, body in one.bodies.items() if index.is_new(trace_key, digest)]
            texts.setdefault(trace_key, []).extend([one.span.name, *new])
        add_to_index(self._connection, texts)

    def _span_rows(self) -> Iterator[dict[str, Any]]:
        for span_key, one in enumerate(self._new, start=next_key(self._connection, _SPANS.span_key)):
            span, promoted = one.span, one.promoted
            yield {
                "span_key": span_key,
                "trace_key": self._traces[one.trace_id],
                "span_id": one.span_id,
                "parent_span_id": one.parent_span_id,
                "series_key": self._series[promoted.series],
                "resource_key": self._resources[id(span.resource)],
                "model_key": self._models[promoted.model_id],
                "start_ns": span.start_ns,
                "duration_ns": span.end_ns - span.start_ns,
                "status": STATUSES.index(span.status_code),
                "input_tokens": promoted.input_tokens,
                "output_tokens": promoted.output_tokens,
                "cached_tokens": promoted.cached_tokens,
                "reasoning_tokens": promoted.reasoning_tokens,
                "cost_pico": promoted.cost_pico,
                "body": self._compressor.compress(span_body(span, one.contents, self._bodies)),
            }


def _stamped(new: Iterable[PreparedSpan]) -> dict[str, tuple[str | None, int]]:
    """Each version that spans name: what they call it, and the start of the earliest of them."""
    stamped: dict[str, tuple[str | None, int]] = {}
    for one in new:
        if one.promoted.model_id is not None:
            name, start_ns = stamped.get(one.promoted.model_id, (None, one.span.start_ns))
            stamped[one.promoted.model_id] = (name or one.promoted.model_name, min(start_ns, one.span.start_ns))
    return stamped


def _keep_resources(connection: Connection, new: Iterable[PreparedSpan]) -> Mapping[int, int]:
    """The key of each resource by the identity of its mapping, which spans of one process share."""
    resources = {id(one.span.resource): one.span.resource for one in new}
    texts = {identity: to_json(resource) for identity, resource in resources.items()}
    digests = {identity: digest_of(text) for identity, text in texts.items()}
    rows = {digests[identity]: {"attributes": text} for identity, text in texts.items()}
    keys = keep_once(connection, tables.resources, tables.resources.c.resource_key, rows)
    return {identity: keys[digest] for identity, digest in digests.items()}


def _keep_series(connection: Connection, series: Iterable[Series]) -> Mapping[Series, int]:
    digests = {one: digest_of(to_json(list(one))) for one in series}
    rows = {digest: one._asdict() for one, digest in digests.items()}
    keys = keep_once(connection, tables.series, tables.series.c.series_key, rows)
    return {one: keys[digest] for one, digest in digests.items()}
