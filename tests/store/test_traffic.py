"""Which versions were seen where and when, kept as spans are stored."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from verspan.deployments.model import TrafficHour
from verspan.store.conformance.records import SECOND_NS, START_NS, call, span, stamp
from verspan.store.database import Database
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.store.traffic import environment_of
from verspan.traces.model import SpanRecord
from verspan.versions.identity import model_id_for

HOUR = START_NS // (3_600 * SECOND_NS)
PRODUCTION = {"deployment.environment.name": "production", "service.name": "support"}
STAGING = {"deployment.environment": "staging"}


def spans() -> list[SpanRecord]:
    """Spans of two versions in two environments, and one of no version."""
    return [
        replace(call(1, trace=1, **stamp("v1")), resource=PRODUCTION),
        replace(span(2, trace=1, parent=1, attributes=stamp("v1")), resource=PRODUCTION),
        replace(call(5, trace=2, **stamp("v1")), resource=dict(PRODUCTION)),
        replace(call(3, trace=3, **stamp("v1")), resource=STAGING),
        replace(call(4, trace=4, **stamp("v2"))),
        replace(call(4000, trace=5, **stamp("v1")), resource=PRODUCTION),
        replace(call(6, trace=6), resource=PRODUCTION),
    ]


def hour(environment: str, name: str, at: int, counts: tuple[int, int], *seconds: int) -> TrafficHour:
    """An hour of a version: how many spans and calls, and the seconds of the first and the last."""
    first, last = (START_NS + each * SECOND_NS for each in seconds)
    return TrafficHour(environment, model_id_for("support", name), name, at, *counts, first, last)


EXPECTED = [
    hour("", "v2", HOUR, (1, 1), 4, 4),
    hour("production", "v1", HOUR, (3, 2), 1, 5),
    hour("production", "v1", HOUR + 1, (1, 1), 4000, 4000),
    hour("staging", "v1", HOUR, (1, 1), 3, 3),
]


@pytest.mark.parametrize("batches", [1, 7])
def test_rolled_up(store: Store, batches: int) -> None:
    """Spans come to the same in one batch and in many, in whatever order, and each counts once."""
    told = spans()
    for start in range(batches):
        store.write_spans(told[start::batches][::-1])
    store.write_spans(told)
    assert store.deployments.traffic() == EXPECTED


def test_part(store: Store) -> None:
    """Traffic is read by environment and by time."""
    store.write_spans(spans())
    assert store.deployments.traffic("production", since_hour=HOUR + 1) == EXPECTED[2:3]
    assert store.deployments.traffic("production", until_hour=HOUR) == EXPECTED[1:2]


def test_older_store(place: Path, url: str) -> None:
    """A store that was filled before there was a roll-up gets it for all that is in it."""
    with closing(open_store(url)) as store:
        store.write_spans(spans())
    with closing(Database(place, lock_timeout_s=5)) as database, database.writing() as connection:
        for table in ("version_traffic", "audit_entries", "audit_contents", "audit_head", "deployment_events"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("DELETE FROM schema_version WHERE version = 2")
    with closing(open_store(url)) as store:
        assert store.deployments.traffic() == EXPECTED


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({}, ""),
        (PRODUCTION, "production"),
        (STAGING, "staging"),
        ({**STAGING, **PRODUCTION}, "production"),
        ({"deployment.environment.name": ""}, ""),
        ({"deployment.environment.name": 7}, ""),
        ({"deployment.environment.name": "\ud800"}, "?"),
    ],
)
def test_environment(resource: Mapping[str, object], expected: str) -> None:
    """The environment is the resource's, by today's name before the one of earlier conventions."""
    assert environment_of(resource) == expected
