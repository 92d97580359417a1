"""Reading the audit log, and erasing contents from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, update

from verspan.audit.chain import ERASURE, ErasedEntries, Link, Record
from verspan.audit.model import AuditQuery, Change, Entry, Erasure, Origin
from verspan.audit.records import KeptLog
from verspan.store.audit import log_head, note_change
from verspan.store.audit_tables import audit_contents, audit_entries
from verspan.store.database import Database
from verspan.store.encoding import from_json, to_json
from verspan.store.keys import chunks
from verspan.store.promoted import writable

_ENTRIES = audit_entries.c
_CONTENTS = audit_contents.c
_ROWS_AT_ONCE = 1000


class SqlAudit:
    """The audit log in an SQL database; see :class:`~verspan.audit.records.AuditRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, query: AuditQuery, limit: int) -> Sequence[Entry]:
        """Entries, newest first."""
        newest_first = _joined().where(*_matching(query)).order_by(_ENTRIES.sequence.desc()).limit(limit)
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(newest_first)]

    @contextmanager
    def reading(self) -> Iterator[KeptLog]:
        """The whole log as it is at one moment."""
        with self._database.reading() as connection:
            yield KeptLog(log_head(connection), _records(connection))

    def erase(self, query: AuditQuery, reason: str | None) -> Erasure:
        """Erase the contents of entries, and add one that tells of it."""
        with self._database.writing() as connection:
            # What SQLite has no more use for it would else leave legible where it was.
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            done = _erase(connection, query, reason)
            connection.exec_driver_sql("PRAGMA secure_delete = OFF")
        if done.erased:
            self._database.empty_log()
        return done


def actors_of(connection: Connection, sequences: Sequence[int]) -> dict[int, str]:
    """Who made the changes of entries, by their place; those are left out whose contents are erased."""
    found: dict[int, str] = {}
    for some in chunks(sequences):
        kept = and_(_CONTENTS.sequence.in_(some), _CONTENTS.contents.is_not(None))
        rows = connection.execute(select(_CONTENTS.sequence, _CONTENTS.contents).where(kept))
        found.update((row.sequence, actor) for row in rows if (actor := _told(row.contents).actor))
    return found


def _erase(connection: Connection, query: AuditQuery, reason: str | None) -> Erasure:
    wanted = _joined().where(*_matching(query), _CONTENTS.contents.is_not(None)).order_by(_ENTRIES.sequence)
    erased = ErasedEntries()
    for sequence in connection.execute(wanted.with_only_columns(_ENTRIES.sequence)).scalars():
        erased.add(sequence)
    if not erased.count:
        return Erasure(0, None)
    matching = select(_ENTRIES.sequence).where(*_matching(query))
    told_by = note_change(
        connection,
        Change(ERASURE, "audit", erased.subject_id, after={"erased": erased.count, "reason": reason}),
    )
    connection.execute(
        update(audit_contents)
        .where(_CONTENTS.sequence.in_(matching), _CONTENTS.sequence < told_by, _CONTENTS.contents.is_not(None))
        .values(salt=None, contents=None, erased_by=told_by)
    )
    return Erasure(erased.count, told_by)


def _joined() -> Select[Any]:
    both = audit_entries.outerjoin(audit_contents, _ENTRIES.sequence == _CONTENTS.sequence)
    return select(*audit_entries.c, _CONTENTS.salt, _CONTENTS.contents, _CONTENTS.erased_by).select_from(both)


def _matching(query: AuditQuery) -> Iterator[Any]:
    if query.action is not None:
        subject = query.action + "."
        of_subject = func.substr(_ENTRIES.action, 1, len(subject)) == subject
        yield or_(_ENTRIES.action == query.action, of_subject)
    if query.subject_kind is not None:
        yield _ENTRIES.subject_kind == query.subject_kind
    if query.subject_id is not None:
        yield _ENTRIES.subject_id == query.subject_id
    if query.since_ms is not None:
        yield _ENTRIES.timestamp >= query.since_ms
    if query.until_ms is not None:
        yield _ENTRIES.timestamp < query.until_ms
    if query.sequences:
        yield _ENTRIES.sequence.in_(query.sequences)
    if query.actor is not None:
        yield _made_by(query.actor)


def _made_by(actor: str) -> Any:
    # Contents begin with who made the change, so that no column needs to say it again and be erased too.
    beginning = to_json({"actor": writable(actor)}).decode().removesuffix("}") + ","
    return and_(_CONTENTS.contents.is_not(None), func.substr(_CONTENTS.contents, 1, len(beginning)) == beginning)


def _records(connection: Connection) -> Iterator[Record]:
    rows = connection.execute(_joined().order_by(_ENTRIES.sequence).execution_options(yield_per=_ROWS_AT_ONCE))
    for sequence, timestamp, action, kind, subject, digest, previous, entry_hash, *contents in rows:
        link = Link(sequence, timestamp, action, kind, subject, digest, previous)
        yield Record(link, entry_hash, *contents)


def _entry(row: Row[Any]) -> Entry:
    told = _told(row.contents)
    return Entry(
        sequence=row.sequence,
        timestamp=row.timestamp,
        action=row.action,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        actor=told.actor,
        origin=told.origin,
        before=told.before,
        after=told.after,
        erased_by=row.erased_by,
        hash=row.hash,
    )


class _Told(NamedTuple):
    """What the contents of an entry tell."""

    actor: str | None = None
    origin: Origin | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def _told(contents: Any) -> _Told:
    if contents is None:
        return _Told()
    try:
        told = from_json(contents.encode())
        return _Told(told["actor"], Origin(**told["origin"]), told["before"], told["after"])
    except (ValueError, TypeError, KeyError, AttributeError):  # tampered with, which is for verifying to tell
        return _Told()
