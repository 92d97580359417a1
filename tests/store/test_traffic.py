"""What the roll-up of traffic is made of, and how an older store gets it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from verspan.store import record_tables
from verspan.store.conformance.deployments import of_two_environments, traffic_of_two_environments
from verspan.store.database import Database
from verspan.store.opening import open_store
from verspan.store.traffic import environment_of


def test_older_store(place: Path, url: str) -> None:
    """A store that was filled before there was a roll-up gets it for all that is in it."""
    with closing(open_store(url)) as store:
        store.write_spans(of_two_environments())
    with closing(Database(place, lock_timeout_s=5)) as database, database.writing() as connection:
        record_tables.metadata.drop_all(connection)
        connection.exec_driver_sql("DELETE FROM schema_version WHERE version >= 2")
    with closing(open_store(url)) as store:
        assert store.deployments.traffic() == traffic_of_two_environments()


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({}, ""),
        ({"deployment.environment.name": "production"}, "production"),
        ({"deployment.environment": "staging"}, "staging"),
        ({"deployment.environment": "staging", "deployment.environment.name": "production"}, "production"),
        ({"deployment.environment.name": ""}, ""),
        ({"deployment.environment.name": 7}, ""),
        ({"deployment.environment.name": "\ud800"}, "?"),
    ],
)
def test_environment(resource: Mapping[str, object], expected: str) -> None:
    """The environment is the resource's, by today's name before the one of earlier conventions."""
    assert environment_of(resource) == expected
