"""What the audit log asks of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from verspan.audit.chain import Record
from verspan.audit.model import Anchor, AuditQuery, Entry, Erasure


@dataclass(frozen=True)
class KeptLog:
    """The whole log as it is at one moment."""

    head: Anchor
    records: Iterator[Record]
    """Read as they are asked for, in the order of their places."""


class AuditRecords(Protocol):
    """The log of a store. Entries come with the changes themselves: nothing here adds one, erasures apart."""

    def find(self, query: AuditQuery, limit: int) -> Sequence[Entry]:
        """Entries, newest first."""
        ...

    def reading(self) -> AbstractContextManager[KeptLog]:
        """The whole log, to be read inside the ``with`` block."""
        ...

    def erase(self, query: AuditQuery, reason: str | None) -> Erasure:
        """Erase the contents of entries, for good, and add one that tells of it.

        Args:
            query: which entries.
            reason: what to say of it; None for nothing.
        """
        ...
