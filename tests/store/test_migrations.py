"""Stores of older schemas are brought to the newest, once, and with everything in them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from verspan.errors import StoreTooNewError
from verspan.semconv import LOGGED_MODEL_ID
from verspan.store import migrations, record_tables
from verspan.store.conformance.records import call, model, span, stamp, trace_id
from verspan.store.database import Database
from verspan.store.interface import ModelQuery
from verspan.store.migrations import MIGRATIONS, migrate, schema_version
from verspan.store.opening import open_store
from verspan.versions.model import GitState
from verspan.versions.search.grammar import parse_filter
from verspan.versions.search.model import ModelSearch

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


FIRST_MODELS = """
CREATE TABLE logged_models (
    model_key INTEGER NOT NULL PRIMARY KEY, model_id VARCHAR NOT NULL UNIQUE, name VARCHAR, experiment_key INTEGER,
    recorded BOOLEAN NOT NULL, status VARCHAR NOT NULL, git_known BOOLEAN NOT NULL, git_commit VARCHAR,
    git_branch VARCHAR, git_remote_url VARCHAR, git_dirty BOOLEAN, params JSON NOT NULL, tags JSON NOT NULL,
    created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL, trace_count BIGINT NOT NULL, first_seen_ns BIGINT,
    last_seen_ns BIGINT
)"""
"""The table of versions as the first schema had it."""


def make_first(connection: Connection) -> None:
    """Have a store's versions as the first schema had them, with parameters and tags as JSON."""
    model_id = model("v1").model_id
    for table in record_tables.metadata.tables:
        connection.execute(text(f"DROP TABLE {table}"))
    connection.execute(text("DROP TABLE logged_models"))
    connection.execute(text(FIRST_MODELS))
    connection.execute(
        text("""INSERT INTO logged_models VALUES (7, :id, 'v1', 1, 1, 'READY', 1, 'c0ffee', 'main', NULL, 0,
            '{"a": "1", "b": "2"}', '{"team": "search"}', 5, 6, 3, 8, 9)"""),
        {"id": model_id},
    )
    connection.execute(text("INSERT INTO experiments VALUES (1, :id, 'support')"), {"id": model("v1").experiment_id})
    connection.execute(text("DELETE FROM schema_version WHERE version > 1"))


def test_versions_of_the_first_schema(old: Database, url: str) -> None:
    """Versions of the first schema have their parameters and tags in rows afterwards, and keep all that they had."""
    with old.writing() as connection:
        make_first(connection)
    given = model(
        "v1",
        git=GitState("c0ffee", "main", None, dirty=False),
        params={"a": "1", "b": "2"},
        tags={"team": "search"},
        creation_timestamp=5,
        last_updated_timestamp=6,
    )
    with closing(open_store(url, create=False)) as store:
        assert store.find_models(ModelQuery()) == [given]
        assert store.upsert_model(given) == given
        found = store.models.search(ModelSearch(where=parse_filter("params.b = '2' AND tags.team = 'search'")))
        assert found.models == [given]
    with old.reading() as connection:
        (row,) = connection.execute(text("SELECT * FROM logged_models")).mappings()
        assert (row["model_key"], row["trace_count"], row["first_seen_ns"], row["last_seen_ns"]) == (7, 3, 8, 9)
        assert not {"params", "tags"} & row.keys()


def make_third(connection: Connection) -> None:
    """Have a store's sums as they were while every call of a model counted, whatever was below it."""
    connection.execute(text("DROP TABLE reports"))
    connection.execute(text("ALTER TABLE spans DROP COLUMN counted"))
    connection.execute(text("UPDATE traces SET input_tokens = 200, output_tokens = 20, unpriced_calls = 2"))
    connection.execute(text("UPDATE call_figures SET calls = 2, input_tokens = 200, output_tokens = 20"))
    connection.execute(text("UPDATE call_figures SET unpriced_calls = 2 WHERE operation = 'chat'"))
    connection.execute(text("UPDATE call_latencies SET calls = 2"))
    connection.execute(text("UPDATE version_traffic SET calls = 2"))
    connection.execute(text("DELETE FROM schema_version WHERE version > 3"))


def rows_of_sums(database: Database) -> list[list[tuple[object, ...]]]:
    names = ("traces", "call_figures", "version_traffic", "reports")
    with database.reading() as connection:
        found = [[tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in names]  # noqa: S608 - names of ours
        return [*found, [tuple(row) for row in connection.execute(text("SELECT span_id, counted FROM spans"))]]


def test_counted_once_afterwards(place: Path, url: str) -> None:
    """Nested calls that an older store counted each are one afterwards, and what still comes is counted likewise."""
    version = stamp("v1")
    with closing(open_store(url)) as store:
        store.write_spans([call(3, parent=2, **version), call(2, parent=1, **version)])
    with closing(Database(place, lock_timeout_s=30)) as database:
        before = rows_of_sums(database)
        with database.writing() as connection:
            make_third(connection)
        open_store(url, create=False).close()
        assert rows_of_sums(database) == before
    with closing(open_store(url)) as store:
        store.write_spans([call(1, gen_ai__operation__name="invoke_agent", **version)])
        (figures,) = store.figures([version[LOGGED_MODEL_ID]]).values()
        assert (figures.calls, figures.input_tokens, figures.unpriced_calls) == (1, 100, 1)
