"""The row of a trace, brought up to date by batches of its spans in whatever order they come.

A batch's spans are summed up first; the statement then adds the sums to the row, widens its times, and lets each claim
win or lose by its rank (see `tables`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, and_, case, func, or_
from sqlalchemy.dialects.sqlite import insert

from verspan.store import tables
from verspan.traces.model import TraceStatus

_TRACES = tables.traces.c
_ADDED = ("span_count", "error_count", "input_tokens", "output_tokens", "unpriced_calls")
_CLAIMS = {
    "name": "name_rank",
    "model_key": "model_rank",
    "session_id": "session_rank",
    "user_id": "user_rank",
    "request_key": "request_rank",
    "response_key": "response_rank",
}
_LATEST = 2**62  # ns since the epoch: in the year 2116
_TIE_BITS = 10

Claim = tuple[int, Any]
"""A rank and a value."""


def first_rank(span_id: bytes, start_ns: int, *, root: bool) -> int:
    """The rank of what the root says, else whoever starts first.

    Spans that start in the same microsecond (of 1,024 ns) are told apart by bits of their ids.
    """
    return _rank(span_id, 0 if root else 1 + (start_ns >> _TIE_BITS))


def last_rank(span_id: bytes, end_ns: int, *, root: bool) -> int:
    """The rank of what the root says, else whoever ends last; likewise told apart."""
    return _rank(span_id, 0 if root else 1 + ((_LATEST - end_ns) >> _TIE_BITS))


def _rank(span_id: bytes, place: int) -> int:
    return place << _TIE_BITS | int.from_bytes(span_id[-2:], "big") >> (16 - _TIE_BITS)


class TraceChange:
    """What a batch adds to one trace."""

    def __init__(self, trace_id: bytes) -> None:
        self.trace_id = trace_id
        self.sums = dict.fromkeys(_ADDED, 0)
        self.cost_pico: int | None = None
        self.start_ns: int | None = None
        self.end_ns: int | None = None
        self.status = TraceStatus.IN_PROGRESS
        self.claims: dict[str, Claim] = {}
        self.labels: dict[tuple[str, str], Claim] = {}

    def widen(self, start_ns: int, end_ns: int) -> None:
        """Take in a span's time."""
        self.start_ns = start_ns if self.start_ns is None else min(self.start_ns, start_ns)
        self.end_ns = end_ns if self.end_ns is None else max(self.end_ns, end_ns)

    def claim(self, column: str, rank: int, value: Any) -> None:
        """Let a value win or lose against what the batch's other spans say."""
        if value is not None:
            self.claims[column] = min(self.claims.get(column, (rank, value)), (rank, value))

    def label(self, kind: str, name: str, rank: int, value: str) -> None:
        """Likewise for a tag or a piece of metadata."""
        self.labels[kind, name] = min(self.labels.get((kind, name), (rank, value)), (rank, value))

    def row(self, trace_key: int) -> dict[str, Any]:
        """The row as it is where the store has none of the trace yet."""
        claims: dict[str, Any] = dict.fromkeys((*_CLAIMS, *_CLAIMS.values()))
        for column, (rank, value) in self.claims.items():
            claims[column], claims[_CLAIMS[column]] = value, rank
        return {
            "trace_key": trace_key,
            "trace_id": self.trace_id,
            "status": self.status.value,
            "start_ns": self.start_ns,
            "end_ns": self.end_ns,
            "cost_pico": self.cost_pico,
            **self.sums,
            **claims,
        }


def write_traces(connection: Connection, changes: Iterable[tuple[int, TraceChange]]) -> None:
    """Bring the rows of traces up to date, each with the trace's key."""
    keyed = list(changes)
    connection.execute(_UPSERT, [change.row(key) for key, change in keyed])
    labels = [
        {"trace_key": key, "kind": kind, "name": name, "value": value, "rank": rank}
        for key, change in keyed
        for (kind, name), (rank, value) in change.labels.items()
    ]
    if labels:
        connection.execute(_UPSERT_LABEL, labels)


def _upsert() -> Insert:
    statement = insert(tables.traces)
    new = statement.excluded
    changed: dict[str, Any] = {column: _TRACES[column] + new[column] for column in _ADDED}
    changed["cost_pico"] = added_where_known(_TRACES.cost_pico, new.cost_pico)
    changed["start_ns"] = case((new.start_ns < _TRACES.start_ns, new.start_ns), else_=_TRACES.start_ns)
    changed["end_ns"] = case((new.end_ns > _TRACES.end_ns, new.end_ns), else_=_TRACES.end_ns)
    statuses = (TraceStatus.ERROR.value, TraceStatus.OK.value)
    changed["status"] = case(
        *((or_(_TRACES.status == status, new.status == status), status) for status in statuses),
        else_=TraceStatus.IN_PROGRESS.value,
    )
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


_UPSERT = _upsert()
_UPSERT_LABEL = _upsert_label()
