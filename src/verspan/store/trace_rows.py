"""The row of a trace, brought up to date by batches of its spans in whatever order they come.

A batch's spans are summed up first; the statement then adds the sums to the row, widens its times, and lets each claim
win or lose by its rank (see `tables`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, String, and_, case, func, literal_column, or_
from sqlalchemy.dialects.sqlite import insert

from verspan.store import tables
from verspan.store.prepared import PreparedSpan
from verspan.store.promoted import Series
from verspan.store.statements import ManyRows
from verspan.traces.model import TraceStatus

_TRACES = tables.traces.c
_ADDED = ("span_count", "error_count", "input_tokens", "output_tokens", "unpriced_calls")
_CLAIMS = {
    "series_key": "series_rank",
    "model_key": "model_rank",
    "session_id": "session_rank",
    "user_id": "user_rank",
    "request_key": "request_rank",
    "response_key": "response_rank",
}
_NO_CLAIMS: dict[str, Any] = dict.fromkeys((*_CLAIMS, *_CLAIMS.values()))
_LATEST = 2**62  # ns since the epoch: in the year 2116
_TIE_BITS = 10

Claim = tuple[int, Any]
"""A rank and a value."""


class TraceChange:
    """What a batch adds to one trace."""

    __slots__ = ("claims", "cost_pico", "end_ns", "labels", "start_ns", "status", "sums", "trace_id")

    def __init__(self, trace_id: bytes) -> None:
        self.trace_id = trace_id
        self.sums = dict.fromkeys(_ADDED, 0)
        self.cost_pico: int | None = None
        self.start_ns: int | None = None
        self.end_ns: int | None = None
        self.status = TraceStatus.IN_PROGRESS
        self.claims: dict[str, Claim] = {}
        self.labels: dict[tuple[str, str], Claim] = {}

    @property
    def model_key(self) -> int | None:
        """The version that the batch's spans claim the trace for."""
        model_key: int | None = self.claims.get("model_key", (0, None))[1]
        return model_key

    def add(self, one: PreparedSpan) -> None:
        """Add a span to the sums."""
        span, promoted, sums = one.span, one.promoted, self.sums
        failed = span.status_code == "ERROR"
        self.start_ns = span.start_ns if self.start_ns is None else min(self.start_ns, span.start_ns)
        self.end_ns = span.end_ns if self.end_ns is None else max(self.end_ns, span.end_ns)
        sums["span_count"] += 1
        sums["error_count"] += failed
        if promoted.is_call:
            sums["input_tokens"] += promoted.input_tokens or 0
            sums["output_tokens"] += promoted.output_tokens or 0
            sums["unpriced_calls"] += promoted.unpriced
        if promoted.cost_pico is not None:
            self.cost_pico = (self.cost_pico or 0) + promoted.cost_pico
        if one.is_root and self.status is not TraceStatus.ERROR:
            self.status = TraceStatus.ERROR if failed else TraceStatus.OK

    def claim(self, column: str, rank: int, value: Any) -> None:
        """Let a value win or lose against what the batch's other spans say; None says nothing."""
        if value is not None and (column not in self.claims or (rank, value) < self.claims[column]):
            self.claims[column] = rank, value

    def label(self, kind: str, name: str, rank: int, value: str) -> None:
        """Likewise for a tag or a piece of metadata."""
        self.labels[kind, name] = min(self.labels.get((kind, name), (rank, value)), (rank, value))

    def row(self, trace_key: int) -> dict[str, Any]:
        """The row as it is where the store has none of the trace yet."""
        row: dict[str, Any] = {
            **_NO_CLAIMS,
            **self.sums,
            "trace_key": trace_key,
            "trace_id": self.trace_id,
            "status": self.status.value,
            "start_ns": self.start_ns,
            "end_ns": self.end_ns,
            "cost_pico": self.cost_pico,
        }
        for column, (rank, value) in self.claims.items():
            row[column], row[_CLAIMS[column]] = value, rank
        return row


def trace_changes(
    spans: Iterable[PreparedSpan],
    models: Mapping[str | None, int | None],
    bodies: Mapping[bytes | None, int | None],
    series: Mapping[Series, int],
) -> dict[bytes, TraceChange]:
    """What spans add to their traces, by trace id.

    Args:
        spans: new ones.
        models: keys of versions by id.
        bodies: keys of bodies by digest.
        series: keys of series.
    """
    changes: dict[bytes, TraceChange] = {}
    for one in spans:
        change = changes.get(one.trace_id)
        if change is None:
            change = changes[one.trace_id] = TraceChange(one.trace_id)
        change.add(one)
        first, last = _first_rank(one), _last_rank(one)
        change.claim("series_key", first, series[one.promoted.series])
        change.claim("model_key", first, models[one.promoted.model_id])
        change.claim("session_id", first, one.promoted.session_id)
        change.claim("user_id", first, one.promoted.user_id)
        change.claim("request_key", first, bodies[one.request_digest()])
        change.claim("response_key", last, bodies[one.response_digest()])
        for kind, name, value in one.labels():
            change.label(kind, name, last, value)
    return changes


def _first_rank(one: PreparedSpan) -> int:
    """The rank of what the root says, else whichever span starts first.

    Spans that start in the same microsecond (of 1,024 ns) are told apart by bits of their ids.
    """
    return _rank(one.span_id, 0 if one.is_root else 1 + (one.span.start_ns >> _TIE_BITS))


def _last_rank(one: PreparedSpan) -> int:
    """The rank of what the root says, else whichever span ends last; likewise told apart."""
    return _rank(one.span_id, 0 if one.is_root else 1 + ((_LATEST - one.span.end_ns) >> _TIE_BITS))


def _rank(span_id: bytes, place: int) -> int:
    return place << _TIE_BITS | int.from_bytes(span_id[-2:], "big") >> (16 - _TIE_BITS)


def write_traces(connection: Connection, changes: Iterable[tuple[int, TraceChange]]) -> None:
    """Bring the rows of traces up to date, each with the trace's key."""
    keyed = list(changes)
    _UPSERT.execute(connection, (change.row(key) for key, change in keyed))
    _UPSERT_LABELS.execute(
        connection,
        (
            {"trace_key": key, "kind": kind, "name": name, "value": value, "rank": rank}
            for key, change in keyed
            for (kind, name), (rank, value) in change.labels.items()
        ),
    )


def _upsert() -> Insert:
    statement = insert(tables.traces)
    new = statement.excluded
    changed: dict[str, Any] = {column: _TRACES[column] + new[column] for column in _ADDED}
    changed["cost_pico"] = added_where_known(_TRACES.cost_pico, new.cost_pico)
    changed["start_ns"] = case((new.start_ns < _TRACES.start_ns, new.start_ns), else_=_TRACES.start_ns)
    changed["end_ns"] = case((new.end_ns > _TRACES.end_ns, new.end_ns), else_=_TRACES.end_ns)
    changed["status"] = _worse(new.status, _TRACES.status)
    for column, rank in _CLAIMS.items():
        wins = _wins((new[rank], new[column]), (_TRACES[rank], _TRACES[column]))
        changed[column] = case((wins, new[column]), else_=_TRACES[column])
        changed[rank] = case((wins, new[rank]), else_=_TRACES[rank])
    return statement.on_conflict_do_update(index_elements=[_TRACES.trace_key], set_=changed)


def _upsert_label() -> Insert:
    label = tables.trace_labels.c
    statement = insert(tables.trace_labels)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[label.trace_key, label.kind, label.name],
        set_={"value": new.value, "rank": new.rank},
        where=_wins((new.rank, new.value), (label.rank, label.value)),
    )


def _worse(new: ColumnElement[Any], old: ColumnElement[Any]) -> ColumnElement[Any]:
    # Written out: a statement for many rows has no parameters but its columns.
    error, ok = (literal_column(f"'{status.value}'", String) for status in (TraceStatus.ERROR, TraceStatus.OK))
    return case((or_(old == error, new == error), error), (or_(old == ok, new == ok), ok), else_=old)


def _wins(new: tuple[Any, Any], old: tuple[Any, Any]) -> ColumnElement[bool]:
    (new_rank, new_value), (old_rank, old_value) = new, old
    return or_(
        and_(old_rank.is_(None), new_rank.is_not(None)),
        new_rank < old_rank,
        and_(new_rank == old_rank, new_value < old_value),
    )


def added_where_known(old: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum of two amounts of which either may be NULL for not known; NULL only where both are."""
    return func.coalesce(old + new, old, new)


_UPSERT = ManyRows(_upsert())
_UPSERT_LABELS = ManyRows(_upsert_label())
