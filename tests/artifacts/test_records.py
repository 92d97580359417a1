"""The manifest of a version: nothing is overwritten, nothing is logged twice, every change is in the audit log."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from verspan.artifacts.model import Artifact
from verspan.errors import NotFoundError
from verspan.store.audit_tables import audit_entries
from verspan.store.database import Database
from verspan.store.interface import Store

FIRST = Artifact("config/a.json", "ab" * 32, 12, "application/json", 1_000)
SECOND = replace(FIRST, digest="cd" * 32, logged_timestamp=2_000)
OTHER = Artifact("config/b.json", "ef" * 32, 3, "application/json", 1_500, "s3://bucket/prefix")


def test_nothing_overwritten(store: Store, model_id: str) -> None:
    """Another content under the same path comes before the older one, which stays."""
    assert store.artifacts.log(model_id, [FIRST, OTHER]) == [FIRST, OTHER]
    assert store.artifacts.log(model_id, [SECOND]) == [SECOND]
    assert store.artifacts.of(model_id) == [SECOND, OTHER]
    assert store.artifacts.history(model_id) == [SECOND, FIRST, OTHER]
    assert store.artifacts.history(model_id, "config/a.json") == [SECOND, FIRST]


def test_same_again(store: Store, model_id: str) -> None:
    """The content that a path has is not logged again, an older one is; a whole history may be repeated."""
    store.artifacts.log(model_id, [FIRST, SECOND])
    assert store.artifacts.log(model_id, [replace(SECOND, logged_timestamp=3_000)]) == []
    assert store.artifacts.log(model_id, [FIRST, SECOND]) == []
    back = replace(FIRST, logged_timestamp=4_000)
    assert store.artifacts.log(model_id, [back]) == [back]
    assert store.artifacts.of(model_id) == [back]


def test_other_root(store: Store, model_id: str) -> None:
    """The same content at another artifact root is an entry of its own, since the first may be gone."""
    moved = replace(FIRST, root="file:///elsewhere", logged_timestamp=5_000)
    store.artifacts.log(model_id, [FIRST])
    assert store.artifacts.log(model_id, [moved]) == [moved]


@pytest.mark.parametrize(
    ("below", "paths"),
    [("", ["a", "a-b", "a/b", "a/c/d", "a0"]), ("a", ["a", "a/b", "a/c/d"]), ("a/c", ["a/c/d"]), ("b", [])],
)
def test_below(store: Store, model_id: str, below: str, paths: list[str]) -> None:
    """A path and everything below it are found, and nothing that merely begins with the same letters."""
    store.artifacts.log(model_id, [replace(FIRST, path=path) for path in ("a0", "a/c/d", "a-b", "a", "a/b")])
    assert [artifact.path for artifact in store.artifacts.of(model_id, below)] == paths


def test_unknown_version(store: Store) -> None:
    """A version that is not there takes no artifacts and has none."""
    with pytest.raises(NotFoundError, match="there is no version 'm-none' to log artifacts to"):
        store.artifacts.log("m-none", [FIRST])
    assert store.artifacts.of("m-none") == store.artifacts.history("m-none") == []


def test_audited(store: Store, model_id: str, folder: Path) -> None:
    """Every artifact that is added has an entry in the audit log, and what changes nothing has none."""
    store.artifacts.log(model_id, [FIRST, OTHER])
    store.artifacts.log(model_id, [FIRST])
    store.artifacts.log(model_id, [SECOND])
    with closing(Database(folder / "verspan.db", lock_timeout_s=30)) as database, database.reading() as connection:
        statement = select(audit_entries.c.subject_id).where(audit_entries.c.action == "artifact.log")
        noted = list(connection.scalars(statement.order_by(audit_entries.c.sequence)))
    assert noted == [f"{model_id}/{path}" for path in ("config/a.json", "config/b.json", "config/a.json")]
