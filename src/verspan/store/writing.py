"""A batch of spans into the store's tables, inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Update,
    and_,
    bindparam,
    case,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from verspan.store import tables
from verspan.store.bodies import keep_bodies
from verspan.store.compression import Compressor
from verspan.store.encoding import to_json
from verspan.store.figures import FiguresChange
from verspan.store.keys import chunks, digest_of, known_keys, next_key
from verspan.store.models import keys_of_stamped
from verspan.store.prepared import PreparedSpan
from verspan.store.promoted import writable
from verspan.store.span_bodies import KINDS, STATUSES, span_body
from verspan.store.trace_rows import TraceChange, first_rank, last_rank, write_traces
from verspan.traces.model import TraceStatus

_SPANS = tables.spans.c
_TRACES = tables.traces.c
_MODELS = tables.logged_models.c


def keep_spans(connection: Connection, compressor: Compressor, prepared: Iterable[PreparedSpan]) -> int:
    """Keep those spans that the store does not have, each once.

    Args:
        connection: one that may write.
        compressor: what new contents are compressed with.
        prepared: the batch.

    Returns:
        How many were new.
    """
    known_traces = known_keys(connection, _TRACES.trace_id, _TRACES.trace_key, {one.trace_id for one in prepared})
    new = _new_spans(connection, list(prepared), known_traces)
    if new:
        _Batch(connection, compressor, new, known_traces).keep()
    return len(new)


def _new_spans(
    connection: Connection, prepared: Sequence[PreparedSpan], known_traces: Mapping[bytes, int]
) -> list[PreparedSpan]:
    distinct = {(one.trace_id, one.span_id): one for one in reversed(prepared)}
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
        self._trace_keys = self._all_trace_keys()
        self._model_keys = keys_of_stamped(connection, _stamped(new))
        self._body_keys = keep_bodies(connection, compressor, dict(pair for one in new for pair in one.pieces()))
        self._resource_keys = _keep_resources(connection, new)
        self._scope_keys = _keep_scopes(connection, new)

    def keep(self) -> None:
        """Write the spans and everything that is summed up from them."""
        models_before = self._models_of_traces(self._known_traces)
        write_traces(self._connection, self._trace_changes())
        self._write_totals(models_before, self._models_of_traces(self._trace_keys))
        self._write_trace_bodies()
        self._connection.execute(insert(tables.spans), list(self._span_rows()))
        self._write_figures()

    def _all_trace_keys(self) -> dict[bytes, int]:
        keys = dict(self._known_traces)
        following = next_key(self._connection, _TRACES.trace_key)
        for one in self._new:
            if one.trace_id not in keys:
                keys[one.trace_id] = following
                following += 1
        return keys

    def _models_of_traces(self, trace_keys: Mapping[bytes, int]) -> dict[int, int]:
        """The version that each trace belongs to at this moment."""
        found: dict[int, int] = {}
        for some in chunks(trace_keys.values()):
            owned = and_(_TRACES.trace_key.in_(some), _TRACES.model_key.is_not(None))
            rows = self._connection.execute(select(_TRACES.trace_key, _TRACES.model_key).where(owned))
            found.update({row.trace_key: row.model_key for row in rows})
        return found

    def _trace_changes(self) -> list[tuple[int, TraceChange]]:
        changes: dict[bytes, TraceChange] = {}
        for one in self._new:
            change = changes.setdefault(one.trace_id, TraceChange(one.trace_id))
            self._add_sums(change, one)
            self._add_claims(change, one)
        return [(self._trace_keys[trace_id], change) for trace_id, change in changes.items()]

    @staticmethod
    def _add_sums(change: TraceChange, one: PreparedSpan) -> None:
        span, promoted, sums = one.span, one.promoted, change.sums
        change.widen(span.start_ns, span.end_ns)
        sums["span_count"] += 1
        sums["error_count"] += span.status_code == "ERROR"
        if promoted.is_call:
            sums["input_tokens"] += promoted.input_tokens or 0
            sums["output_tokens"] += promoted.output_tokens or 0
            sums["unpriced_calls"] += promoted.unpriced
        if promoted.cost_pico is not None:
            change.cost_pico = (change.cost_pico or 0) + promoted.cost_pico
        if one.is_root:
            change.status = _worse(change.status, TraceStatus.ERROR if span.status_code == "ERROR" else TraceStatus.OK)

    def _add_claims(self, change: TraceChange, one: PreparedSpan) -> None:
        first = first_rank(one.span_id, one.span.start_ns, root=one.is_root)
        last = last_rank(one.span_id, one.span.end_ns, root=one.is_root)
        change.claim("name", first, writable(one.span.name))
        change.claim("model_key", first, self._model_key(one))
        change.claim("session_id", first, one.promoted.session_id)
        change.claim("user_id", first, one.promoted.user_id)
        change.claim("request_key", first, self._body_key(one.request_digest()))
        change.claim("response_key", last, self._body_key(one.response_digest()))
        for kind, name, value in one.labels():
            change.label(kind, name, last, value)

    def _model_key(self, one: PreparedSpan) -> int | None:
        model_id = one.promoted.model_id
        return None if model_id is None else self._model_keys[model_id]

    def _body_key(self, digest: bytes | None) -> int | None:
        return None if digest is None else self._body_keys[digest]

    def _write_totals(self, before: Mapping[int, int], after: Mapping[int, int]) -> None:
        """Count each trace for the one version that it belongs to now, and widen the versions' times."""
        totals = {key: _Totals() for key in {*self._model_keys.values(), *before.values()}}
        for trace_key, model_key in after.items():
            totals[model_key].traces += 1
            if trace_key in before:
                totals[before[trace_key]].traces -= 1
        for one in self._new:
            model_key = self._model_key(one)
            if model_key is not None:
                totals[model_key].widen(one.span.start_ns, one.span.end_ns)
        self._connection.execute(_ADD_TOTALS, [total.row(model_key) for model_key, total in totals.items()])

    def _write_trace_bodies(self) -> None:
        pairs = {
            (self._body_keys[digest], self._trace_keys[one.trace_id]) for one in self._new for digest in one.digests()
        }
        rows = [{"body_key": body_key, "trace_key": trace_key} for body_key, trace_key in sorted(pairs)]
        self._connection.execute(upsert(tables.trace_bodies).on_conflict_do_nothing(), rows)

    def _span_rows(self) -> Iterator[dict[str, Any]]:
        for span_key, one in enumerate(self._new, start=next_key(self._connection, _SPANS.span_key)):
            span, promoted = one.span, one.promoted
            yield {
                "span_key": span_key,
                "trace_key": self._trace_keys[one.trace_id],
                "span_id": one.span_id,
                "parent_span_id": one.parent_span_id,
                "name": writable(span.name),
                "kind": KINDS.index(span.kind),
                "start_ns": span.start_ns,
                "duration_ns": span.end_ns - span.start_ns,
                "status": STATUSES.index(span.status_code),
                "model_key": self._model_key(one),
                "resource_key": self._resource_keys[id(span.resource)],
                "scope_key": self._scope_keys[span.scope_name, span.scope_version],
                "operation": promoted.operation,
                "provider": promoted.provider,
                "request_model": promoted.request_model,
                "response_model": promoted.response_model,
                "input_tokens": promoted.input_tokens,
                "output_tokens": promoted.output_tokens,
                "cached_tokens": promoted.cached_tokens,
                "reasoning_tokens": promoted.reasoning_tokens,
                "cost_pico": promoted.cost_pico,
                "price_version": promoted.cost.price_version if promoted.cost else None,
                "error_type": promoted.error_type,
                "body": self._compressor.compress(self._span_body(one)),
            }

    def _span_body(self, one: PreparedSpan) -> bytes:
        contents = {
            name: (split.content, [self._body_keys[digest] for digest in split.digests])
            for name, split in one.contents.items()
        }
        return span_body(one.span, contents)

    def _write_figures(self) -> None:
        figures = FiguresChange()
        for one in self._new:
            model_key = self._model_key(one)
            if model_key is not None:
                figures.add(model_key, one.span, one.promoted)
        figures.write(self._connection)


class _Totals:
    """What a batch adds to one version."""

    def __init__(self) -> None:
        self.traces = 0
        self._first_seen_ns: int | None = None
        self._last_seen_ns: int | None = None

    def widen(self, start_ns: int, end_ns: int) -> None:
        self._first_seen_ns = start_ns if self._first_seen_ns is None else min(self._first_seen_ns, start_ns)
        self._last_seen_ns = end_ns if self._last_seen_ns is None else max(self._last_seen_ns, end_ns)

    def row(self, model_key: int) -> dict[str, Any]:
        return {"key": model_key, "traces": self.traces, "first": self._first_seen_ns, "last": self._last_seen_ns}


def _add_totals() -> Update:
    first, last = bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger)
    earlier = or_(_MODELS.first_seen_ns.is_(None), first < _MODELS.first_seen_ns)
    later = or_(_MODELS.last_seen_ns.is_(None), last > _MODELS.last_seen_ns)
    return (
        update(tables.logged_models)
        .where(_MODELS.model_key == bindparam("key"))
        .values(
            trace_count=_MODELS.trace_count + bindparam("traces", type_=BigInteger),
            first_seen_ns=case((earlier, first), else_=_MODELS.first_seen_ns),
            last_seen_ns=case((later, last), else_=_MODELS.last_seen_ns),
        )
    )


_ADD_TOTALS = _add_totals()


def _stamped(new: Iterable[PreparedSpan]) -> dict[str, tuple[str | None, int]]:
    """Each version that spans name: what they call it, and the start of the earliest of them."""
    stamped: dict[str, tuple[str | None, int]] = {}
    for one in new:
        if one.promoted.model_id is not None:
            name, start_ns = stamped.get(one.promoted.model_id, (None, one.span.start_ns))
            stamped[one.promoted.model_id] = (name or one.promoted.model_name, min(start_ns, one.span.start_ns))
    return stamped


def _keep_resources(connection: Connection, new: Iterable[PreparedSpan]) -> dict[int, int]:
    """The key of each resource by the identity of its mapping, which spans of one process share."""
    attributes = {id(one.span.resource): one.span.resource for one in new}
    texts = {identity: to_json(resource) for identity, resource in attributes.items()}
    digests = {identity: digest_of(text) for identity, text in texts.items()}
    by_digest = {digests[identity]: text for identity, text in texts.items()}
    resource = tables.resources.c
    keys = known_keys(connection, resource.digest, resource.resource_key, by_digest)
    unknown = [digest for digest in by_digest if digest not in keys]
    keys.update(zip(unknown, count(next_key(connection, resource.resource_key))))
    if unknown:
        rows = [{"resource_key": keys[one], "digest": one, "attributes": by_digest[one]} for one in unknown]
        connection.execute(insert(tables.resources), rows)
    return {identity: keys[digest] for identity, digest in digests.items()}


def _keep_scopes(connection: Connection, new: Iterable[PreparedSpan]) -> dict[tuple[str, str], int]:
    """The key of each instrumentation scope by its name and version."""
    scope = tables.scopes.c
    names = {(one.span.scope_name, one.span.scope_version) for one in new}
    keys: dict[tuple[str, str], int] = {}
    for some in chunks(names):
        found = connection.execute(select(scope).where(tuple_(scope.name, scope.version).in_(some)))
        keys.update({(row.name, row.version): row.scope_key for row in found})
    unknown = [name for name in names if name not in keys]
    keys.update(zip(unknown, count(next_key(connection, scope.scope_key))))
    if unknown:
        rows = [{"scope_key": keys[one], "name": one[0], "version": one[1]} for one in unknown]
        connection.execute(insert(tables.scopes), rows)
    return keys


def _worse(one: TraceStatus, other: TraceStatus) -> TraceStatus:
    return TraceStatus.ERROR if TraceStatus.ERROR in (one, other) else other
