"""Contents of records are kept once and come back as they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import func, select

from verspan.store.blobs import keep_blob, read_blob
from verspan.store.database import Database
from verspan.store.opening import open_store
from verspan.store.record_tables import blobs

CONTENTS = [b"", b"diff --git a/agent.py b/agent.py\n" * 50, bytes(range(256))]


@pytest.fixture
def database(place: Path, url: str) -> Iterator[Database]:
    """A store's database."""
    open_store(url).close()
    with closing(Database(place, lock_timeout_s=5)) as opened:
        yield opened


def test_kept_once(database: Database) -> None:
    """A content is known by its SHA-256, kept once however often it is given, and comes back byte for byte."""
    with database.writing() as connection:
        first, digests = ([keep_blob(connection, content) for content in CONTENTS] for _ in range(2))
    with database.reading() as connection:
        assert first == digests == [sha256(content).hexdigest() for content in CONTENTS]
        assert [read_blob(connection, digest) for digest in digests] == CONTENTS
        assert connection.scalar(select(func.count()).select_from(blobs)) == len(CONTENTS)


def test_not_kept(database: Database) -> None:
    """A digest of which nothing is kept answers None."""
    with database.reading() as connection:
        assert read_blob(connection, "0" * 64) is None
