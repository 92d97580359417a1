"""What was counted and no longer counts, taken out of the sums again: see `counting`.

It happens where an outer span was stored before the first of those below it that report the same: seldom, since spans
are stored when they end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, Update, and_, bindparam, func, select, update

from verspan.store import tables
from verspan.store.counting import Told
from verspan.store.deployment_tables import version_traffic
from verspan.store.encoding import from_json
from verspan.store.figures import ALL_TIME
from verspan.store.keys import chunks
from verspan.store.latency import bucket_of
from verspan.store.promoted import CALL, USAGE
from verspan.store.span_bodies import STATUSES
from verspan.store.traffic import HOUR_NS, environment_of

_SPANS = tables.spans.c
_SERIES = tables.series.c
_FIGURES = tables.call_figures.c
_LATENCIES = tables.call_latencies.c
_TRAFFIC = version_traffic.c


def recount(connection: Connection, told: Mapping[int, Told]) -> None:
    """Write down what kept spans have been told, and take what no longer counts out of the sums.

    Args:
        connection: one that may write.
        told: by the key of the span.
    """
    if not told:
        return
    kept = update(tables.spans).where(_SPANS.span_key == bindparam("key")).values(counted=bindparam("now"))
    connection.execute(kept, [{"key": span_key, "now": flags.now} for span_key, flags in told.items()])
    gone = {key: flags.before & ~flags.now & (USAGE | CALL) for key, flags in told.items()}
    for row in _rows(connection, [key for key, flags in gone.items() if flags]):
        _take_out(connection, row, gone[row.span_key])


def _rows(connection: Connection, span_keys: Sequence[int]) -> Iterator[Row[Any]]:
    for some in chunks(span_keys):
        joined = select(tables.spans, _SERIES.operation).join(tables.series, _SPANS.series_key == _SERIES.series_key)
        yield from connection.execute(joined.where(_SPANS.span_key.in_(some))).all()


def _take_out(connection: Connection, row: Row[Any], gone: int) -> None:
    if gone & USAGE:
        traces = tables.traces
        connection.execute(_without_usage(traces, row).where(traces.c.trace_key == row.trace_key))
    if row.model_key is None:
        return
    hour = row.start_ns // HOUR_NS
    period = and_(
        _FIGURES.model_key == row.model_key,
        _FIGURES.hour.in_((hour, ALL_TIME)),
        _FIGURES.operation == row.operation,
    )
    if gone & USAGE:
        connection.execute(_without_usage(tables.call_figures, row).where(period))
    if gone & CALL:
        failed = STATUSES[row.status] == "ERROR"
        less = {"calls": _FIGURES.calls - 1, "errors": _FIGURES.errors - failed}
        connection.execute(update(tables.call_figures).where(period).values(less))
        _take_out_latency(connection, row, hour)
        _take_out_traffic(connection, row, hour)


def _without_usage(table: Table, row: Row[Any]) -> Update:
    """A row of sums without a span's tokens and cost; what had a cost of this span alone has none."""
    columns = table.c
    unpriced = row.cost_pico is None
    return update(table).values(
        input_tokens=columns.input_tokens - (row.input_tokens or 0),
        output_tokens=columns.output_tokens - (row.output_tokens or 0),
        cost_pico=_less(columns.cost_pico, row.cost_pico),
        unpriced_calls=columns.unpriced_calls - unpriced,
    )


def _less(cost: Column[Any], amount: int | None) -> Any:
    return cost if amount is None else func.nullif(cost - amount, 0)


def _take_out_latency(connection: Connection, row: Row[Any], hour: int) -> None:
    bucket = and_(
        _LATENCIES.model_key == row.model_key,
        _LATENCIES.hour.in_((hour, ALL_TIME)),
        _LATENCIES.operation == row.operation,
        _LATENCIES.bucket == bucket_of(row.duration_ns),
    )
    connection.execute(update(tables.call_latencies).where(bucket).values(calls=_LATENCIES.calls - 1))


def _take_out_traffic(connection: Connection, row: Row[Any], hour: int) -> None:
    resource = tables.resources.c
    attributes = connection.scalar(select(resource.attributes).where(resource.resource_key == row.resource_key))
    of_version = and_(
        _TRAFFIC.environment == environment_of(from_json(attributes or b"{}")),
        _TRAFFIC.hour == hour,
        _TRAFFIC.model_key == row.model_key,
    )
    connection.execute(update(version_traffic).where(of_version).values(calls=_TRAFFIC.calls - 1))
