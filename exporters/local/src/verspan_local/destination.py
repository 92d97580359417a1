"""A store as the destination of a spool."""

from __future__ import annotations

from verspan.settings import LOCAL_EXPORTER
from verspan.spool.delivery import Destination

_SQLITE = "sqlite:///"


def destination_of(store_url: str) -> Destination:
    """The store at a URL, without credentials: an SQLite store's path, else the URL."""
    scheme, separator, rest = store_url.removeprefix(_SQLITE).partition("://")
    return Destination(LOCAL_EXPORTER, scheme + separator + rest.rpartition("@")[2])
