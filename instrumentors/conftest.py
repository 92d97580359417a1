"""What the tests of all instrumentors share."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import pytest


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """One TLS context for all clients: they speak plain HTTP, and each would take 40 ms to make one of its own."""
    with patch.object(ssl, "create_default_context", cache(ssl.create_default_context)):
        yield
