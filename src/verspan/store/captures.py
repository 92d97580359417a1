"""Captures of versions: the document of each, its contents, and when it was seen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, insert, select, update

from verspan.audit.model import Change
from verspan.errors import NotFoundError, StoreCorruptError
from verspan.store.audit import note_change
from verspan.store.blobs import keep_blob, read_blob
from verspan.store.capture_tables import captures, model_captures
from verspan.store.database import Database
from verspan.store.keys import known_keys, next_key
from verspan.store.seen_calls import calls_of
from verspan.store.tables import logged_models
from verspan.versions.behaviour import SeenCall
from verspan.versions.capture.manifest import Manifest, capture_of, manifest_of
from verspan.versions.capture.model import Capture, KeptCapture

_CAPTURES: Final = captures.c
_SEEN: Final = model_captures.c


class SqlCaptures:
    """The :class:`~verspan.versions.capture.records.CaptureRecords` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, model_id: str, capture: Capture) -> str:
        """Keep that a version was seen in a state; to keep it again notes when it was last seen."""
        manifest = manifest_of(capture)  # outside the transaction: others may write meanwhile
        with self._database.writing() as connection:
            keep_capture(connection, model_id, manifest, capture.fingerprint)
        return manifest.capture_id

    def of(self, model_id: str) -> Sequence[KeptCapture]:
        """The states in which a version was seen, the newest last."""
        with self._database.reading() as connection:
            return captures_of(connection, model_id)

    def seen_calls(self, model_id: str) -> Sequence[SeenCall]:
        """The ways in which a version was seen to call models, by when they were first seen."""
        with self._database.reading() as connection:
            return calls_of(connection, model_id)

    def load(self, capture_id: str) -> Capture:
        """A capture with all its contents."""
        with self._database.reading() as connection:
            return load_capture(connection, capture_id)


def keep_capture(connection: Connection, model_id: str, manifest: Manifest, fingerprint: str) -> None:
    """Keep that a version was seen in a state, with an entry in the audit log the first time.

    Args:
        connection: one that may write.
        model_id: the version.
        manifest: the state.
        fingerprint: what tells it from another.

    Raises:
        NotFoundError: there is no such version.
    """
    keys = known_keys(connection, logged_models.c.model_id, logged_models.c.model_key, [model_id])
    if not keys:
        raise NotFoundError(f"there is no version {model_id!r} to keep a capture of")
    capture_key = _kept_key(connection, manifest, fingerprint)
    model_key, now = keys[model_id], time.time_ns() // 1_000_000
    this = (_SEEN.model_key == model_key) & (_SEEN.capture_key == capture_key)
    if connection.execute(update(model_captures).where(this).values(last_seen_ms=now)).rowcount:
        return
    row = {"model_key": model_key, "capture_key": capture_key, "first_seen_ms": now, "last_seen_ms": now}
    connection.execute(insert(model_captures), row)
    after = {"capture_id": manifest.capture_id, "fingerprint": fingerprint}
    note_change(connection, Change("model.capture", "model", model_id, after=after))


def captures_of(connection: Connection, model_id: str) -> list[KeptCapture]:
    """The states in which a version was seen, the newest last."""
    statement = (
        select(_CAPTURES.capture_id, _CAPTURES.fingerprint, _SEEN.first_seen_ms, _SEEN.last_seen_ms)
        .join_from(model_captures, captures, _SEEN.capture_key == _CAPTURES.capture_key)
        .join(logged_models, logged_models.c.model_key == _SEEN.model_key)
        .where(logged_models.c.model_id == model_id)
        .order_by(_SEEN.last_seen_ms, _SEEN.first_seen_ms, _SEEN.capture_key)
    )
    return [
        KeptCapture(row.capture_id, model_id, row.fingerprint, row.first_seen_ms, row.last_seen_ms)
        for row in connection.execute(statement)
    ]


def load_capture(connection: Connection, capture_id: str) -> Capture:
    """A capture with all its contents.

    Raises:
        NotFoundError: none has this id.
        StoreCorruptError: a content of it is gone.
    """

    def read(digest: str) -> bytes:
        content = read_blob(connection, digest)
        if content is None:
            raise StoreCorruptError(f"the store has lost the content {digest} of the capture {capture_id}")
        return content

    statement = select(_CAPTURES.manifest).where(_CAPTURES.capture_id == capture_id)
    digest = connection.execute(statement).scalar_one_or_none()
    if digest is None:
        raise NotFoundError(f"there is no capture {capture_id!r}: `verspan models show` lists those of a version")
    return capture_of(read(digest.hex()), read)


def _kept_key(connection: Connection, manifest: Manifest, fingerprint: str) -> int:
    capture_id = manifest.capture_id
    known = known_keys(connection, _CAPTURES.capture_id, _CAPTURES.capture_key, [capture_id])
    if known:
        return known[capture_id]
    for content in manifest.contents.values():
        keep_blob(connection, content)
    digest = bytes.fromhex(keep_blob(connection, manifest.document))
    key = next_key(connection, _CAPTURES.capture_key)
    row = {"capture_key": key, "capture_id": capture_id, "fingerprint": fingerprint, "manifest": digest}
    connection.execute(insert(captures), row)
    return key
