"""Which server an address names."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}
_MOST = 256  # an application asks a few


class Server(NamedTuple):
    """Who answers requests; both are None where that is not known."""

    address: str | None
    port: int | None


@lru_cache(maxsize=_MOST)
def server_at(url: str) -> Server:
    """The server of an absolute address."""
    parts = urlsplit(url)
    return Server(parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme))
