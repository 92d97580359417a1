"""A store in which this process records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.versions import registry


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    url = f"sqlite:///{tmp_path / 'verspan.db'}"
    registry.configure_recording(url)
    with closing(open_store(url)) as opened:
        yield opened
    registry.configure_recording(None)
