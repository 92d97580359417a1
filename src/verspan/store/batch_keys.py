"""The keys of everything that the spans of a batch refer to, found or made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from sqlalchemy import Connection

from verspan.store import tables
from verspan.store.bodies import keep_bodies
from verspan.store.encoding import to_json
from verspan.store.keys import digest_of, keep_once, next_key
from verspan.store.models import keys_of_stamped
from verspan.store.prepared import PreparedSpan
from verspan.store.promoted import Series
from verspan.store.transaction import Transaction


class Keys(NamedTuple):
    """Of a batch."""

    traces: Mapping[bytes, int]
    """By trace id."""
    models: Mapping[str, int]
    """By the version's id."""
    bodies: Mapping[bytes, int]
    """By digest."""
    resources: Mapping[int, int]
    """By the identity of the resource's mapping, which spans of one process share."""
    series: Mapping[Series, int]

    def model_of(self, one: PreparedSpan) -> int | None:
        """The version of a span, where it has one."""
        model_id = one.promoted.model_id
        return None if model_id is None else self.models[model_id]

    def body_of(self, digest: bytes | None) -> int | None:
        """The body with a digest, where there is one."""
        return None if digest is None else self.bodies[digest]


def keep_referred(transaction: Transaction, new: Sequence[PreparedSpan], known_traces: Mapping[bytes, int]) -> Keys:
    """Keep what spans refer to, and return the keys of it all.

    Args:
        transaction: where they are being written.
        new: spans that are not in the store yet.
        known_traces: the keys of those traces that the store has spans of, by trace id.
    """
    connection = transaction.connection
    bodies = {body.digest: body for one in new for body in one.bodies}
    return Keys(
        traces=_trace_keys(connection, new, known_traces),
        models=keys_of_stamped(connection, _stamped(new)),
        bodies=keep_bodies(connection, transaction.compressor, transaction.recent, bodies),
        resources=_keep_resources(connection, new),
        series=_keep_series(connection, {one.promoted.series for one in new}),
    )


def _trace_keys(
    connection: Connection, new: Iterable[PreparedSpan], known_traces: Mapping[bytes, int]
) -> Mapping[bytes, int]:
    """Keys of traces; the rows of those that are not known are made from the sums of their spans."""
    unknown = dict.fromkeys(one.trace_id for one in new if one.trace_id not in known_traces)
    first = next_key(connection, tables.traces.c.trace_key)
    return {**known_traces, **dict(zip(unknown, count(first), strict=False))}


def _stamped(new: Iterable[PreparedSpan]) -> dict[str, tuple[str | None, int]]:
    """Each version that spans name: what they call it, and the start of the earliest of them."""
    stamped: dict[str, tuple[str | None, int]] = {}
    for one in new:
        if one.promoted.model_id is not None:
            name, start_ns = stamped.get(one.promoted.model_id, (None, one.span.start_ns))
            stamped[one.promoted.model_id] = (name or one.promoted.model_name, min(start_ns, one.span.start_ns))
    return stamped


def _keep_resources(connection: Connection, new: Iterable[PreparedSpan]) -> Mapping[int, int]:
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
