"""The ledger of deployments, and the traffic of versions, in the store's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from verspan.audit.model import Change
from verspan.deployments.model import DeploymentEvent, EventKind, NewEvent, TrafficHour
from verspan.deployments.records import Decide
from verspan.errors import NotFoundError
from verspan.store.audit import note_change
from verspan.store.audit_log import actors_of
from verspan.store.database import Database
from verspan.store.deployment_tables import deployment_events, version_traffic
from verspan.store.keys import known_keys
from verspan.store.tables import logged_models

_EVENTS = deployment_events.c
_TRAFFIC = version_traffic.c
_MODELS = logged_models.c
_ACTIONS = {
    EventKind.DEPLOY: "deployment.deploy",
    EventKind.ALONGSIDE: "deployment.deploy",
    EventKind.UNDEPLOY: "deployment.undeploy",
}


class SqlDeployments:
    """The :class:`~verspan.deployments.records.DeploymentRecords` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(self, environment: str, decide: Decide) -> Sequence[DeploymentEvent]:
        """Add to the ledger of an environment what is decided on its present state."""
        with self._database.writing() as connection:
            for event in decide(_events(connection, environment)):
                _add(connection, environment, event)
            return _events(connection, environment)

    def events(self, environment: str | None = None) -> Sequence[DeploymentEvent]:
        """The ledger of one environment or of all."""
        with self._database.reading() as connection:
            return _events(connection, environment)

    def traffic(
        self, environment: str | None = None, since_hour: int | None = None, until_hour: int | None = None
    ) -> Sequence[TrafficHour]:
        """What was seen by the hour."""
        statement: Select[Any] = (
            select(*version_traffic.c, _MODELS.model_id, _MODELS.name)
            .join_from(version_traffic, logged_models, _TRAFFIC.model_key == _MODELS.model_key)
            .order_by(_TRAFFIC.environment, _TRAFFIC.hour, _TRAFFIC.model_key)
        )
        if environment is not None:
            statement = statement.where(_TRAFFIC.environment == environment)
        if since_hour is not None:
            statement = statement.where(_TRAFFIC.hour >= since_hour)
        if until_hour is not None:
            statement = statement.where(_TRAFFIC.hour <= until_hour)
        with self._database.reading() as connection:
            return [_traffic_hour(row) for row in connection.execute(statement)]


def _add(connection: Connection, environment: str, event: NewEvent) -> None:
    keys = known_keys(connection, _MODELS.model_id, _MODELS.model_key, [event.model_id])
    if not keys:
        raise NotFoundError(f"the store has no version {event.model_id!r}: `verspan models` lists those it has")
    told = {"version": event.model_id, "kind": event.kind.value, "at": event.timestamp, "note": event.note}
    entry = note_change(connection, Change(_ACTIONS[event.kind], "deployment", environment, None, told))
    row = {
        "environment": environment,
        "at_ms": event.timestamp,
        "kind": event.kind.value,
        "model_key": keys[event.model_id],
        "note": event.note,
        "entry": entry,
    }
    connection.execute(insert(deployment_events), row)


def _events(connection: Connection, environment: str | None) -> list[DeploymentEvent]:
    statement: Select[Any] = (
        select(*deployment_events.c, _MODELS.model_id, _MODELS.name)
        .join_from(deployment_events, logged_models, _EVENTS.model_key == _MODELS.model_key)
        .order_by(_EVENTS.environment, _EVENTS.at_ms, _EVENTS.event_key)
    )
    if environment is not None:
        statement = statement.where(_EVENTS.environment == environment)
    rows = connection.execute(statement).all()
    actors = actors_of(connection, [row.entry for row in rows])
    return [_event(row, actors.get(row.entry)) for row in rows]


def _event(row: Row[Any], actor: str | None) -> DeploymentEvent:
    return DeploymentEvent(
        kind=EventKind(row.kind),
        environment=row.environment,
        model_id=row.model_id,
        model_name=row.name or row.model_id,
        timestamp=row.at_ms,
        entry=row.entry,
        actor=actor,
        note=row.note,
    )


def _traffic_hour(row: Row[Any]) -> TrafficHour:
    return TrafficHour(
        environment=row.environment,
        model_id=row.model_id,
        model_name=row.name or row.model_id,
        hour=row.hour,
        spans=row.spans,
        calls=row.calls,
        first_ns=row.first_ns,
        last_ns=row.last_ns,
    )
