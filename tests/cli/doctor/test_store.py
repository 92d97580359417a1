"""What the doctor says of the store, without changing it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from verspan.cli.doctor.findings import Finding, Level, guarded
from verspan.cli.doctor.store import AREA, check_store
from verspan.settings import resolve_settings
from verspan.store.conformance.records import call
from verspan.store.interface import Store


def findings(place: Path | str) -> list[Finding]:
    """What is found at a place, as the command has it."""
    return guarded(AREA, lambda: check_store(resolve_settings(store=place)))


def test_nothing_yet(tmp_path: Path) -> None:
    """Where nothing is recorded yet the first span makes the store, and looking makes nothing."""
    path = tmp_path / "new" / "store.db"
    message = f"Nothing is recorded yet at {path}; the first span makes the store."
    assert findings(path) == [Finding("store", "opening", Level.OK, message)]
    assert not path.parent.exists()


def test_full(recorded: Store) -> None:
    """A store says what it holds and that it can be written, and is as it was."""
    opening, writing = findings(recorded.location)
    assert opening.message.startswith(f"{recorded.location} holds 3 versions with 3 traces, schema version ")
    assert opening.message.endswith(" MB.")
    assert opening.level is Level.OK
    assert writing == Finding("store", "writing", Level.OK, "It can be written.")


def test_two_instrumentors(store: Store) -> None:
    """Calls that two instrumentors told of are said, by the one whose spans do not count."""
    outer, inner = call(1), call(2, parent=1)
    store.write_spans([replace(inner, scope_name="their.client"), replace(outer, scope_name="our.framework")])
    message = (
        "1 of the latest calls of our.framework were told of by another instrumentor too: each is counted once."
        " Switch one of them off where both instrument the same client."
    )
    assert findings(store.location)[1] == Finding("store", "our.framework", Level.OK, message)


@pytest.fixture
def locked(recorded: Store) -> Iterator[Path]:
    """A store that another connection is writing."""
    path = Path(recorded.location)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield path
        connection.execute("ROLLBACK")


def test_locked(locked: Path) -> None:
    """A store that stays locked can be read and not written, which is a problem."""
    opening, writing = findings(locked)
    assert (opening.level, writing.level) == (Level.OK, Level.PROBLEM)
    assert "locked" in writing.message


def test_no_folder(tmp_path: Path) -> None:
    """A place where no folder can be made is a problem that names what is in the way."""
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "store.db"
    message = f"There can be no store at {path}: {tmp_path / 'file'} is no folder that this user may write."
    remedy = "Make it one, or name another place in VERSPAN_STORE."
    assert findings(path) == [Finding("store", "opening", Level.PROBLEM, message, remedy)]


def test_no_store(tmp_path: Path) -> None:
    """A file that is no store is a problem, and is left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("my notes")
    (finding,) = findings(path)
    assert (finding.level, path.read_text()) == (Level.PROBLEM, "my notes")
    assert f"{path} is not a readable store" in finding.message


def test_unknown_kind() -> None:
    """A URL of a kind of store that is not known is a problem."""
    (finding,) = findings("carrier://pigeon")
    assert (finding.level, "carrier://pigeon" in finding.message) == (Level.PROBLEM, True)
