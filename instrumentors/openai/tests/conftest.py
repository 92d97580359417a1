"""Fixtures of the OpenAI instrumentor's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .replay import ReplayServer


@pytest.fixture(scope="session")
def server() -> Iterator[ReplayServer]:
    """A server that answers with whatever a test mounts on it."""
    with ReplayServer() as running:
        yield running
