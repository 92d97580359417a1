"""The row of a trace, brought up to date by batches of its spans in whatever order they come.

Each span tells a row of its own, and rows of one trace become one: their sums are added, their times widened, and of
their claims the one with the lowest rank wins (see `tables`). That happens twice in the same way: here for the spans of
one batch, and in the statement for what the batch adds to the row that is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Insert, String, and_, case, func, literal_column, or_
from sqlalchemy.dialects.sqlite import insert

from verspan.store import tables
from verspan.store.batch_keys import Keys
from verspan.store.prepared import PreparedSpan
from verspan.store.promoted import USAGE
from verspan.store.statements import Statement
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
_SEVERITY = {TraceStatus.IN_PROGRESS.value: 0, TraceStatus.OK.value: 1, TraceStatus.ERROR.value: 2}
_LATEST = 2**62  # ns since the epoch: in the year 2116
_TIE_BITS = 10


class TraceRow(NamedTuple):
    """What some spans tell of their trace: the columns of `tables.traces`, in their order."""

    trace_key: int
    trace_id: bytes
    status: str
    start_ns: int
    end_ns: int
    span_count: int
    error_count: int
    input_tokens: int
    output_tokens: int
    cost_pico: int | None
    unpriced_calls: int
    series_key: int
    series_rank: int
    model_key: int | None
    model_rank: int | None
    session_id: str | None
    session_rank: int | None
    user_id: str | None
    user_rank: int | None
    request_key: int | None
    request_rank: int | None
    response_key: int | None
    response_rank: int | None


def _row_told(one: PreparedSpan, keys: Keys, counted: int) -> TraceRow:
    """The row of a trace as one of its spans tells it; a claim without a value has no rank."""
    span, promoted = one.span, one.promoted
    model_key = keys.model_of(one)
    request_key, response_key = keys.body_of(one.request_digest), keys.body_of(one.response_digest)
    failed = span.status_code == "ERROR"
    first = _first_rank(one)
    return TraceRow(
        keys.traces[one.trace_id],
        one.trace_id,
        _status_told(one),
        span.start_ns,
        span.end_ns,
        1,
        int(failed),
        (promoted.input_tokens or 0) if counted & USAGE else 0,
        (promoted.output_tokens or 0) if counted & USAGE else 0,
        promoted.cost_pico if counted & USAGE else None,
        int(promoted.unpriced) if counted & USAGE else 0,
        keys.series[promoted.series],
        first,
        model_key,
        first if model_key is not None else None,
        promoted.session_id,
        first if promoted.session_id is not None else None,
        promoted.user_id,
        first if promoted.user_id is not None else None,
        request_key,
        first if request_key is not None else None,
        response_key,
        _last_rank(one) if response_key is not None else None,
    )


def _status_told(one: PreparedSpan) -> str:
    if not one.is_root:
        return TraceStatus.IN_PROGRESS.value
    return TraceStatus.ERROR.value if one.span.status_code == "ERROR" else TraceStatus.OK.value


def _merged(one: TraceRow, other: TraceRow) -> TraceRow:
    """The row that comes of two of one trace, whichever of them is first."""
    claims: dict[str, Any] = {}
    for column, rank in _CLAIMS.items():
        values = (getattr(one, rank), getattr(one, column)), (getattr(other, rank), getattr(other, column))
        claims[rank], claims[column] = min((claim for claim in values if claim[0] is not None), default=values[0])
    costs = [row.cost_pico for row in (one, other) if row.cost_pico is not None]
    return one._replace(
        status=max(one.status, other.status, key=_SEVERITY.__getitem__),
        start_ns=min(one.start_ns, other.start_ns),
        end_ns=max(one.end_ns, other.end_ns),
        cost_pico=sum(costs) if costs else None,
        **{column: getattr(one, column) + getattr(other, column) for column in _ADDED},
        **claims,
    )


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


def write_traces(
    connection: Connection, new: Sequence[PreparedSpan], keys: Keys, counted: Sequence[int]
) -> dict[bytes, TraceRow]:
    """Bring the rows of traces up to date.

    Args:
        connection: one that may write.
        new: spans that are not in the store yet.
        keys: of everything that they refer to.
        counted: what counts of each of them, see `counting`.

    Returns:
        What they told of each trace, by its id.
    """
    rows: dict[bytes, TraceRow] = {}
    for one, flags in zip(new, counted, strict=True):
        row, known = _row_told(one, keys, flags), rows.get(one.trace_id)
        rows[one.trace_id] = row if known is None else _merged(known, row)
    _UPSERT.run_for_each(connection, map(tuple, rows.values()))  # drivers are slow with tuples of a type of their own
    _UPSERT_LABELS.run_for_each(connection, _label_rows(new, keys))
    return rows


def _label_rows(new: Iterable[PreparedSpan], keys: Keys) -> Iterator[tuple[int, str, str, str, int]]:
    for one in new:
        for kind, name, value in one.labels:
            yield keys.traces[one.trace_id], kind, name, value, _last_rank(one)


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


_UPSERT = Statement(_upsert())
_UPSERT_LABELS = Statement(_upsert_label())
