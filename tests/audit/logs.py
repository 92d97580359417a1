"""A store's audit log, and ways to tamper with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verspan.audit.chain import Link
from verspan.audit.log import verify_records
from verspan.audit.model import Anchor, Change, Verification
from verspan.audit.verification import say_nothing
from verspan.store.audit import note_change
from verspan.store.database import Database
from verspan.store.interface import Store

_LINK = (
    "SELECT sequence, timestamp, action, subject_kind, subject_id, contents_digest, previous FROM audit_entries"
    " WHERE sequence = ?"
)


def tag(number: int) -> Change:
    """The change of a version's tag."""
    return Change("model.tag", "model", f"m-{number}", {"stage": None}, {"stage": number})


@dataclass(frozen=True)
class Log:
    """The audit log of a store."""

    path: Path
    store: Store
    database: Database

    def note(self, *changes: Change) -> None:
        """Add entries, each in a transaction of its own."""
        for change in changes:
            with self.database.writing() as connection:
                note_change(connection, change)

    def tamper(self, *statements: str) -> None:
        """Change the log behind Verspan's back."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def rewrite(self, sequence: int, **fields: Any) -> str:
        """Replace fields of an entry and compute its hash anew; returns the hash."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            found = connection.execute(_LINK, (sequence,)).fetchone()
            link = replace(Link(*found), **fields)
            settings = ", ".join(f"{name} = ?" for name in (*fields, "hash"))
            values = (*fields.values(), link.hash, sequence)
            connection.execute(f"UPDATE audit_entries SET {settings} WHERE sequence = ?", values)  # noqa: S608 - ours
        return link.hash

    def verify(self, *anchors: Anchor) -> Verification:
        """Check it."""
        return verify_records("the store", self.store.audit, anchors, say_nothing)

    def problem(self, *anchors: Anchor) -> tuple[int, str]:
        """The first bad entry, and what is said of it."""
        found = self.verify(*anchors).problem
        assert found is not None
        return found.sequence, found.what
