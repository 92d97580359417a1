"""A store in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from verspan.store.interface import Store
from verspan.store.opening import open_store


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the test's store is."""
    return tmp_path / ".verspan" / "verspan.db"


@pytest.fixture
def url(place: Path) -> str:
    """The URL of the test's store."""
    return f"sqlite:///{place}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(url)
    yield opened
    opened.close()
