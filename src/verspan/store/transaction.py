"""What the functions that write spans have in common."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from verspan.store.bodies import RecentBodies
from verspan.store.compression import Compressor
from verspan.store.search import IndexChange


@dataclass(frozen=True)
class Transaction:
    """A transaction that writes, and what this process remembers of earlier ones."""

    connection: Connection
    compressor: Compressor
    """What new contents are compressed with."""
    recent: RecentBodies
    """Where contents that were told before are looked for."""
    index: IndexChange
    """What of the spans' words is indexed already."""
