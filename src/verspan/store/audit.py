"""The audit log in the store's tables."""

from __future__ import annotations

import secrets
import time

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from verspan.audit.chain import GENESIS, SALT_BYTES, Link, contents_digest
from verspan.audit.model import Anchor, Change
from verspan.audit.origin import current_actor, current_origin
from verspan.store.audit_tables import audit_contents, audit_entries, audit_head
from verspan.store.encoding import to_json
from verspan.store.promoted import writable
from verspan.store.statements import Statement

_ENTRIES = audit_entries.c
_HEAD = audit_head.c


def note_change(connection: Connection, change: Change) -> int:
    """Add an entry to the log: by whom, when and from where is added here.

    Args:
        connection: the one that makes the change, so that there is neither a change without its entry nor an entry
            without its change; it holds the write lock, so that the chain never forks.
        change: what changes.

    Returns:
        The entry's place in the log.
    """
    sequence, previous = _end(connection)
    contents = _contents(change)
    salt = secrets.token_bytes(SALT_BYTES)
    link = Link(
        sequence + 1,
        time.time_ns() // 1_000_000,
        writable(change.action),
        writable(change.subject_kind),
        writable(change.subject_id),
        contents_digest(salt, contents),
        previous,
    )
    _append(connection, link, salt, contents)
    return link.sequence


def log_head(connection: Connection) -> Anchor:
    """How many entries the log has and the hash of the last, as is kept beside them."""
    heads = _FIND_HEAD.rows(connection)
    return Anchor(*heads[0]) if heads else Anchor(0, GENESIS)


def _contents(change: Change) -> str:
    told = {
        "actor": writable(current_actor()),  # first, since entries are searched by it
        "origin": vars(current_origin()),
        "before": change.before,
        "after": change.after,
    }
    # Each on its own: a value that JSON does not have changes how everything around it is written.
    return "{" + ",".join(f'"{name}":{to_json(value).decode()}' for name, value in told.items()) + "}"


def _append(connection: Connection, link: Link, salt: bytes, contents: str) -> None:
    entry_hash = link.hash
    _ADD_ENTRY.run(
        connection,
        link.sequence,
        link.timestamp,
        link.action,
        link.subject_kind,
        link.subject_id,
        link.contents_digest,
        link.previous,
        entry_hash,
    )
    _ADD_CONTENTS.run(connection, link.sequence, salt, contents, None)
    _SET_HEAD.run(connection, 1, link.sequence, entry_hash)


def _end(connection: Connection) -> tuple[int, str]:
    """The place and the hash of the last entry.

    Where somebody has tampered with the log, what follows goes behind everything that is there, so that applications go
    on; that something is wrong stays to be seen.
    """
    ((greatest, count, last_hash),) = _END.rows(connection)
    return max(greatest or 0, count or 0), last_hash or GENESIS


_FIND_HEAD = Statement(select(_HEAD["count"], _HEAD.hash))
_END = Statement(
    select(
        select(func.max(_ENTRIES.sequence)).scalar_subquery(),
        select(_HEAD["count"]).scalar_subquery(),
        select(_HEAD.hash).scalar_subquery(),
    )
)
_ADD_ENTRY = Statement(insert(audit_entries))
_ADD_CONTENTS = Statement(insert(audit_contents))
_new_head = upsert(audit_head)
_SET_HEAD = Statement(
    _new_head.on_conflict_do_update(
        index_elements=[_HEAD.head_key], set_={"count": _new_head.excluded["count"], "hash": _new_head.excluded["hash"]}
    )
)
