"""A store as the destination of a spool."""

from __future__ import annotations

from verspan.settings import LOCAL_EXPORTER
from verspan.spool.bounds import Bounds
from verspan.spool.delivery import Destination

STORE_BOUNDS = Bounds(exit_timeout_s=10.0)
"""Whoever looks into the store when a process has ended expects its spans there, also if others were writing to it."""
_SQLITE = "sqlite:///"


def destination_of(store_url: str) -> Destination:
    """The store at a URL, without credentials: an SQLite store's path, else the URL."""
    scheme, separator, rest = store_url.removeprefix(_SQLITE).partition("://")
    return Destination(LOCAL_EXPORTER, scheme + separator + rest.rpartition("@")[2])
