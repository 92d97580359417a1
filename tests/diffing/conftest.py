"""A repository, and states of it as they are captured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.versions.conftest import git, repository

from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import CodeState

__all__ = ["git", "repository"]

Read = Callable[[Path], CodeState]


@pytest.fixture
def read(git: Callable[..., str]) -> Read:
    """Reads the state of a working tree, whole."""
    return lambda root: read_code(root, 1 << 30)


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Days and times are those of UTC."""
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()
