"""Figures of versions: sums and latency buckets that every batch adds to, so that reading them reads no span."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Connection, Insert, Update, and_, bindparam, case, func, not_, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from verspan.store import tables
from verspan.store.latency import bucket_of, quantile_ms
from verspan.store.promoted import CALL, PICODOLLARS, USAGE, Promoted
from verspan.store.statements import Statement
from verspan.store.trace_rows import added_where_known
from verspan.store.traffic import HOUR_NS
from verspan.traces.model import CALL_OPERATIONS, Figures, SpanRecord

ALL_TIME = -1
_OF_CALLS = ("calls", "errors")
_SUMS = ("calls", "errors", "input_tokens", "output_tokens", "unpriced_calls")

_Period = tuple[int, int, str]
"""Key of a version, hour and operation."""


@dataclass(slots=True)
class _Calls:
    """What the spans of one period come to."""

    calls: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_pico: int | None = None
    unpriced_calls: int = 0
    latencies: Counter[int] = field(default_factory=Counter)
    """Spans by bucket."""

    def add(self, span: SpanRecord, promoted: Promoted, counted: int) -> None:
        if counted & CALL or not promoted.reports & CALL:
            self.calls += 1
            self.errors += span.status_code == "ERROR"
            self.latencies[bucket_of(span.end_ns - span.start_ns)] += 1
        if counted & USAGE:
            self.input_tokens += promoted.input_tokens or 0
            self.output_tokens += promoted.output_tokens or 0
            if promoted.cost_pico is not None:
                self.cost_pico = (self.cost_pico or 0) + promoted.cost_pico
            self.unpriced_calls += promoted.unpriced

    def sums(self) -> tuple[int | None, ...]:
        """The sums, in the order of the table's columns."""
        return (
            self.calls,
            self.errors,
            self.input_tokens,
            self.output_tokens,
            self.cost_pico,
            self.unpriced_calls,
        )


class FiguresChange:
    """What a batch adds to the figures of its versions."""

    def __init__(self) -> None:
        self._calls: defaultdict[_Period, _Calls] = defaultdict(_Calls)
        self._trace_counts: Counter[int] = Counter()
        self._first_ns: dict[int, int] = {}
        self._last_ns: dict[int, int] = {}

    def add(self, model_key: int, span: SpanRecord, promoted: Promoted, counted: int) -> None:
        """Take in a span of a version, as far as it counts; see `counting`."""
        self._first_ns[model_key] = min(self._first_ns.get(model_key, span.start_ns), span.start_ns)
        self._last_ns[model_key] = max(self._last_ns.get(model_key, span.end_ns), span.end_ns)
        operation = promoted.series.operation
        if operation is not None:
            self._calls[model_key, span.start_ns // HOUR_NS, operation].add(span, promoted, counted)

    def move_trace(self, before: int | None, now: int | None) -> None:
        """Count a trace for the version that it belongs to now, and no longer for the one before."""
        if before == now:
            return
        if before is not None:
            self._trace_counts[before] -= 1
        if now is not None:
            self._trace_counts[now] += 1

    def write(self, connection: Connection) -> None:
        """Add everything to the store's figures."""
        periods = [(columns, calls) for period, calls in self._calls.items() for columns in _periods(period)]
        _ADD_SUMS.run_for_each(connection, ((*columns, *calls.sums()) for columns, calls in periods))
        _ADD_LATENCIES.run_for_each(
            connection,
            ((*columns, bucket, count) for columns, calls in periods for bucket, count in calls.latencies.items()),
        )
        for key in self._first_ns.keys() | self._trace_counts.keys():
            first, last = self._first_ns.get(key), self._last_ns.get(key)
            totals = {"key": key, "traces": self._trace_counts[key], "first": first, "last": last}
            connection.execute(_ADD_TOTALS, totals)


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
    of_call = figure.operation.in_(CALL_OPERATIONS)
    # Tokens may be an agent's, where nothing below it reports any.
    counted = [
        func.coalesce(func.sum(case((of_call, figure[name]), else_=0) if name in _OF_CALLS else figure[name]), 0)
        for name in _SUMS
    ]
    sums = connection.execute(
        select(
            *(each.label(name) for name, each in zip(_SUMS, counted, strict=True)), func.sum(figure.cost_pico)
        ).where(figure.model_key == model.model_key, figure.hour == ALL_TIME)
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
        .where(latency.model_key == model_key, latency.hour == ALL_TIME, latency.operation.in_(CALL_OPERATIONS))
        .group_by(latency.bucket)
    )
    return {row[0]: row[1] for row in rows}


def _periods(period: _Period) -> Iterator[_Period]:
    """The hour itself and all of time."""
    model_key, hour, operation = period
    yield model_key, hour, operation
    yield model_key, ALL_TIME, operation


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


_ADD_SUMS = Statement(_add_sums())
_ADD_LATENCIES = Statement(_add_latencies())
_ADD_TOTALS = _add_totals()
