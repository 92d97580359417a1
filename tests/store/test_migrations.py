"""Stores of older schemas are brought to the newest, once, and with everything in them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from verspan.errors import StoreTooNewError
from verspan.store import migrations
from verspan.store.conformance.records import span, trace_id
from verspan.store.database import Database
from verspan.store.migrations import MIGRATIONS, migrate, schema_version
from verspan.store.opening import open_store

NEWEST = len(MIGRATIONS)
FORK = multiprocessing.get_context("fork")


def add_colour(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE traces ADD COLUMN colour TEXT DEFAULT 'red'"))


def add_shape(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE traces ADD COLUMN shape TEXT"))
    connection.execute(text("UPDATE traces SET shape = colour || ' square'"))


def fail(connection: Connection) -> None:
    connection.execute(text("DROP TABLE traces"))
    raise OSError("the power went")


@pytest.fixture
def old(place: Path, url: str) -> Iterator[Database]:
    """A store of the newest version with a trace in it, which the tests' migrations make an old one."""
    with closing(open_store(url)) as store:
        store.write_spans([span()])
    database = Database(place, lock_timeout_s=30)
    with database.reading() as connection:
        assert schema_version(connection) == NEWEST
    yield database
    database.close()


def test_migrated(old: Database) -> None:
    """Every version between the store's and the newest is applied, in order, and each is recorded."""
    with old.writing() as connection:
        migrate(connection, old.path, [*MIGRATIONS, add_colour, add_shape])
    with old.reading() as connection:
        shapes = connection.execute(text("SELECT colour, shape FROM traces"))
        versions = connection.execute(text("SELECT version FROM schema_version ORDER BY version"))
        assert [tuple(row) for row in shapes] == [("red", "red square")]
        assert [tuple(row) for row in versions] == [(version,) for version in range(1, NEWEST + 3)]


def test_opening_migrates(old: Database, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening an old store brings it to the newest schema, and what was in it is still there."""
    monkeypatch.setattr(migrations, "MIGRATIONS", [*MIGRATIONS, add_colour])
    with closing(open_store(url, create=False)) as store:
        assert store.get_trace(trace_id(1)) is not None
    with old.reading() as connection:
        assert schema_version(connection) == NEWEST + 1


def test_once(old: Database) -> None:
    """Of several processes that find an old store at once, one migrates it, and the others find it done."""

    def apply() -> None:
        with old.writing() as connection:
            migrate(connection, old.path, [*MIGRATIONS, add_colour])

    processes = [FORK.Process(target=apply) for _ in range(5)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 5


def test_failed(old: Database) -> None:
    """A migration that fails leaves the store as it was."""
    with pytest.raises(OSError, match="the power went"), old.writing() as connection:
        migrate(connection, old.path, [*MIGRATIONS, add_colour, fail])
    with old.reading() as connection:
        assert schema_version(connection) == NEWEST
        assert "colour" not in list(connection.execute(text("SELECT * FROM traces")).keys())


def test_newer(old: Database) -> None:
    """A store of a version that is not known is refused, and nothing in it changes."""
    with old.writing() as connection:
        migrate(connection, old.path, [*MIGRATIONS, add_colour])
    with pytest.raises(StoreTooNewError, match=f"schema version {NEWEST + 1}"), old.writing() as connection:
        migrate(connection, old.path, MIGRATIONS)


def test_history() -> None:
    """The history of the schema has a line for every version."""
    for version in range(1, len(MIGRATIONS) + 1):
        assert f"\n {version}  " in (migrations.__doc__ or "")
