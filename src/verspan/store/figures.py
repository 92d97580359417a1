"""Figures of versions: sums and latency buckets that every batch adds to, so that reading them reads no span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Insert, Update, and_, bindparam, case, func, not_, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from verspan.store import tables
from verspan.store.latency import bucket_of, quantile_ms
from verspan.store.promoted import PICODOLLARS, Promoted
from verspan.store.statements import ManyRows
from verspan.store.trace_rows import added_where_known
from verspan.traces.model import CALL_OPERATIONS, Figures, SpanRecord

_HOUR_NS = 3_600_000_000_000
_ALL_TIME = -1
_SUMS = ("calls", "errors", "input_tokens", "output_tokens", "unpriced_calls")
_NOTHING = {"calls": 0, "errors": 0, "input_tokens": 0, "output_tokens": 0, "cost_pico": None, "unpriced_calls": 0}

_Period = tuple[int, int, str]
"""Key of a version, hour and operation."""


class FiguresChange:
    """What a batch adds to the figures of its versions."""

    def __init__(self) -> None:
        self._sums: dict[_Period, dict[str, Any]] = {}
        self._latencies: Counter[tuple[_Period, int]] = Counter()
        self._trace_counts: Counter[int] = Counter()
        self._seen_ns: dict[int, tuple[int, int]] = {}

    def add(self, model_key: int, span: SpanRecord, promoted: Promoted) -> None:
        """Take in a span of a version."""
        first, last = self._seen_ns.get(model_key, (span.start_ns, span.end_ns))
        self._seen_ns[model_key] = min(first, span.start_ns), max(last, span.end_ns)
        operation = promoted.series.operation
        if operation is None:
            return
        period = (model_key, span.start_ns // _HOUR_NS, operation)
        self._latencies[period, bucket_of(span.end_ns - span.start_ns)] += 1
        if period not in self._sums:
            self._sums[period] = dict(_NOTHING)  # in the order of the columns
        _add(self._sums[period], span, promoted)

    def move_trace(self, before: int | None, now: int | None) -> None:
        """Count a trace for the version that it belongs to now, and no longer for the one before."""
        if before is not None:
            self._trace_counts[before] -= 1
        if now is not None:
            self._trace_counts[now] += 1

    def write(self, connection: Connection) -> None:
        """Add everything to the store's figures."""
        _ADD_SUMS.execute(
            connection,
            ((*columns, *sums.values()) for period, sums in self._sums.items() for columns in _periods(period)),
        )
        _ADD_LATENCIES.execute(
            connection,
            (
                (*columns, bucket, calls)
                for (period, bucket), calls in self._latencies.items()
                for columns in _periods(period)
            ),
        )
        for key in self._seen_ns.keys() | self._trace_counts.keys():
            first, last = self._seen_ns.get(key, (None, None))
            connection.execute(
                _ADD_TOTALS, {"key": key, "traces": self._trace_counts[key], "first": first, "last": last}
            )


def _add(sums: dict[str, Any], span: SpanRecord, promoted: Promoted) -> None:
    sums["calls"] += 1
    sums["errors"] += span.status_code == "ERROR"
    sums["input_tokens"] += promoted.input_tokens or 0
    sums["output_tokens"] += promoted.output_tokens or 0
    sums["unpriced_calls"] += promoted.unpriced
    if promoted.cost_pico is not None:
        sums["cost_pico"] = (sums["cost_pico"] or 0) + promoted.cost_pico


def read_figures(connection: Connection, model_ids: Sequence[str]) -> Mapping[str, Figures]:
    """The figures of versions; those of a version that the store does not know are all zero."""
    models = tables.logged_models.c
    rows = connection.execute(
        select(models.model_key, models.model_id, models.trace_count, models.first_seen_ns, models.last_seen_ns).where(
            models.model_id.in_(model_ids)
        )
    )
    found = {row.model_id: _figures_of(connection, row) for row in rows}
    return {model_id: found.get(model_id, Figures(model_id)) for model_id in model_ids}


def _figures_of(connection: Connection, model: Any) -> Figures:
    figure = tables.call_figures.c
    sums = connection.execute(
        select(
            *(func.coalesce(func.sum(figure[name]), 0).label(name) for name in _SUMS), func.sum(figure.cost_pico)
        ).where(figure.model_key == model.model_key, figure.hour == _ALL_TIME, figure.operation.in_(CALL_OPERATIONS))
    ).one()
    latencies = _latencies_of(connection, model.model_key)
    return Figures(
        model_id=model.model_id,
        traces=model.trace_count,
        calls=sums.calls,
        errors=sums.errors,
        input_tokens=sums.input_tokens,
        output_tokens=sums.output_tokens,
        cost_usd=None if sums[-1] is None else sums[-1] / PICODOLLARS,
        unpriced_calls=sums.unpriced_calls,
        p50_ms=quantile_ms(latencies, 0.5),
        p95_ms=quantile_ms(latencies, 0.95),
        first_seen_ns=model.first_seen_ns,
        last_seen_ns=model.last_seen_ns,
    )


def _latencies_of(connection: Connection, model_key: int) -> Mapping[int, int]:
    latency = tables.call_latencies.c
    rows = connection.execute(
        select(latency.bucket, func.sum(latency.calls))
        .where(latency.model_key == model_key, latency.hour == _ALL_TIME, latency.operation.in_(CALL_OPERATIONS))
        .group_by(latency.bucket)
    )
    return {row[0]: row[1] for row in rows}


def _periods(period: _Period) -> Iterator[_Period]:
    """The hour itself and all of time."""
    model_key, hour, operation = period
    yield model_key, hour, operation
    yield model_key, _ALL_TIME, operation


def _add_sums() -> Insert:
    figure = tables.call_figures.c
    statement = insert(tables.call_figures)
    changed = {name: figure[name] + statement.excluded[name] for name in _SUMS}
    return statement.on_conflict_do_update(
        index_elements=[figure.model_key, figure.hour, figure.operation],
        set_={**changed, "cost_pico": added_where_known(figure.cost_pico, statement.excluded.cost_pico)},
    )


def _add_latencies() -> Insert:
    latency = tables.call_latencies.c
    statement = insert(tables.call_latencies)
    return statement.on_conflict_do_update(
        index_elements=[latency.model_key, latency.hour, latency.operation, latency.bucket],
        set_={"calls": latency.calls + statement.excluded.calls},
    )


def _add_totals() -> Update:
    model = tables.logged_models.c
    first, last = bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger)
    earlier = or_(model.first_seen_ns.is_(None), first < model.first_seen_ns)
    later = or_(model.last_seen_ns.is_(None), last > model.last_seen_ns)
    return (
        update(tables.logged_models)
        .where(model.model_key == bindparam("key"))
        .values(
            trace_count=model.trace_count + bindparam("traces", type_=BigInteger),
            first_seen_ns=case((earlier, first), else_=model.first_seen_ns),
            last_seen_ns=case((later, last), else_=model.last_seen_ns),
            # What is known from spans alone was created when the earliest of them started.
            created_ms=case((and_(earlier, not_(model.recorded)), first // 1_000_000), else_=model.created_ms),
            updated_ms=case((and_(earlier, not_(model.recorded)), first // 1_000_000), else_=model.updated_ms),
        )
    )


_ADD_SUMS = ManyRows(_add_sums())
_ADD_LATENCIES = ManyRows(_add_latencies())
_ADD_TOTALS = _add_totals()
