"""What tests of recreating share: git that knows no settings of this machine, a store, and recorded versions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.versions.conftest import Git, fresh_process, git, repository, store_url

from verspan.store.interface import Store
from verspan.store.opening import open_store

__all__ = ["Git", "fresh_process", "git", "repository", "store_url"]


@pytest.fixture(autouse=True)
def anonymous_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Git commits as nobody in particular, with no settings of this machine, also where it is run by itself."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@example.com")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(f"sqlite:///{tmp_path / 'store' / 'verspan.db'}")
    yield opened
    opened.close()
