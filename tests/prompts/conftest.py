"""What tests of prompts share: a process that knows nothing yet, and the store that it records in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from verspan import context
from verspan.prompts import requests
from verspan.prompts.cache import cache
from verspan.prompts.linking import linker
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.versions import registry


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No version, nothing kept or remembered, and a place of the test's own for the store, before and after."""
    for name in ("VERSPAN_ACTIVE_MODEL", "VERSPAN_EXPERIMENT_NAME", "VERSPAN_EXPORTERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERSPAN_STORE", str(tmp_path / "store" / "verspan.db"))
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")
    monkeypatch.chdir(tmp_path)
    token = requests._here.set(())
    yield
    assert registry.flush(30)
    assert linker.flush(30)
    requests._here.reset(token)
    requests.formatted_prompts.clear()
    registry._recorder._known.clear()
    linker._known.clear()
    cache._kept.clear()
    context._state.put()
    context.set_current_experiment(None)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of the test's store."""
    return f"sqlite:///{tmp_path / 'store' / 'verspan.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """The store, which is made."""
    with closing(open_store(url)) as opened:
        yield opened
