"""Stores whose audit log has entries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.audit.logs import Log, tag

from verspan.store.database import Database
from verspan.store.opening import open_store


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """The log of an empty store; changes are made by ada."""
    monkeypatch.setenv("VERSPAN_ACTOR", "ada@example.com")
    path = tmp_path / "verspan.db"
    monkeypatch.setenv("VERSPAN_STORE", str(path))
    with closing(open_store(f"sqlite:///{path}")) as store, closing(Database(path, lock_timeout_s=30)) as database:
        yield Log(path, store, database)


@pytest.fixture
def ten(log: Log) -> Log:
    """A log of ten entries."""
    log.note(*map(tag, range(1, 11)))
    return log
