"""Which versions were seen where and when: a roll-up by hour that every batch of spans adds to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Insert, Select, case, func, select
from sqlalchemy.dialects.sqlite import insert

from verspan import semconv
from verspan.store.deployment_tables import version_traffic
from verspan.store.encoding import from_json
from verspan.store.promoted import writable
from verspan.store.statements import Statement
from verspan.store.tables import resources, series, spans
from verspan.traces.model import CALL_OPERATIONS, SpanRecord

HOUR_NS = 3_600_000_000_000
_ENVIRONMENTS = (semconv.DEPLOYMENT_ENVIRONMENT_NAME, semconv.DEPLOYMENT_ENVIRONMENT)
_TRAFFIC = version_traffic.c


class TrafficChange:
    """What a batch adds to the traffic of its versions.

    A span costs a look into a dictionary and some comparisons; the environment is looked up once for each resource.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int, int], list[int]] = {}
        self._resources: dict[int, Mapping[str, Any]] = {}

    def add(self, model_key: int, span: SpanRecord, *, is_call: bool) -> None:
        """Take in a span of a version."""
        start_ns, resource = span.start_ns, span.resource
        period = (model_key, id(resource), start_ns // HOUR_NS)
        seen = self._seen.get(period)
        if seen is None:
            self._seen[period] = [1, int(is_call), start_ns, start_ns]
            self._resources[id(resource)] = resource
            return
        seen[0] += 1
        seen[1] += is_call
        if start_ns < seen[2]:
            seen[2] = start_ns
        elif start_ns > seen[3]:
            seen[3] = start_ns

    def write(self, connection: Connection) -> None:
        """Add everything to the store's traffic."""
        environments = {identity: environment_of(resource) for identity, resource in self._resources.items()}
        _ADD.run_for_each(
            connection,
            (
                (environments[resource], hour, model_key, *seen)
                for (model_key, resource, hour), seen in self._seen.items()
            ),
        )


def environment_of(resource: Mapping[str, Any]) -> str:
    """The environment that a resource names, empty where it names none."""
    named = (resource.get(name) for name in _ENVIRONMENTS)
    return next((writable(value) for value in named if isinstance(value, str) and value), "")


def add_earlier_traffic(connection: Connection) -> None:
    """Add the spans that were stored before there was a roll-up of traffic; it reads each of them once."""
    rows = connection.execute(select(resources.c.resource_key, resources.c.attributes))
    environments = {row.resource_key: environment_of(from_json(row.attributes)) for row in rows}
    earlier = connection.execute(_earlier()).all()
    _ADD.run_for_each(connection, ((environments[resource_key], *seen) for resource_key, *seen in earlier))


def _earlier() -> Select[Any]:
    """A row for each resource, hour and version."""
    hour = spans.c.start_ns // HOUR_NS
    is_call = case((series.c.operation.in_(CALL_OPERATIONS), 1), else_=0)
    return (
        select(
            spans.c.resource_key,
            hour,
            spans.c.model_key,
            func.count(),
            func.sum(is_call),
            func.min(spans.c.start_ns),
            func.max(spans.c.start_ns),
        )
        .join_from(spans, series, spans.c.series_key == series.c.series_key)
        .where(spans.c.model_key.is_not(None))
        .group_by(spans.c.resource_key, hour, spans.c.model_key)
    )


def _add() -> Insert:
    statement = insert(version_traffic)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[_TRAFFIC.environment, _TRAFFIC.hour, _TRAFFIC.model_key],
        set_={
            "spans": _TRAFFIC.spans + new.spans,
            "calls": _TRAFFIC.calls + new.calls,
            "first_ns": case((new.first_ns < _TRAFFIC.first_ns, new.first_ns), else_=_TRAFFIC.first_ns),
            "last_ns": case((new.last_ns > _TRAFFIC.last_ns, new.last_ns), else_=_TRAFFIC.last_ns),
        },
    )


_ADD = Statement(_add())
