"""The audit log for applications: reading, checking, exporting and erasing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from verspan.audit.model import Anchor, AuditQuery, Entry, Erasure, Verification
from verspan.audit.records import AuditRecords
from verspan.audit.transcript import lines_of, read_transcript
from verspan.audit.verification import Tell, parse_anchor, say_nothing, verify
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.versions.registry import opened_store


def audit_log(  # noqa: PLR0913 - each argument is one thing to search by, by keyword alone
    *,
    action: str | None = None,
    subject_kind: str | None = None,
    subject_id: str | None = None,
    actor: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    max_results: int = 100,
) -> list[Entry]:
    """Changes of records that match everything that is given, newest first.

    Args:
        action: what was done, such as ``model.tag``; ``model`` for everything that is done to versions.
        subject_kind: what it was done to, such as ``model`` or ``prompt``.
        subject_id: which one: a version's id, a prompt's name.
        actor: who did it.
        since: made then or later; a time without zone is local.
        until: made before then.
        max_results: how many at the most.

    Raises:
        InvalidArgumentError: ``max_results`` is less than one.
        StoreError: the store cannot be read.
    """
    if max_results < 1:
        raise InvalidArgumentError(f"max_results={max_results}: ask for one entry at least")
    query = AuditQuery(action, subject_kind, subject_id, actor, _milliseconds(since), _milliseconds(until))
    with opened_store() as store:
        return list(store.audit.find(query, max_results))


def verify_audit_log(
    file: str | os.PathLike[str] | None = None, *, anchors: Sequence[str | Anchor] = (), tell: Tell = say_nothing
) -> Verification:
    """Check that no entry of the log was altered, none is missing, and they are in order.

    Args:
        file: a log that `verspan audit export` wrote; the store's where it is None.
        anchors: heads of earlier states of the log, kept elsewhere: without one it does not show that somebody who may
            write the store has written the whole log anew.
        tell: told of how many entries have been checked, every ten thousand.

    Returns:
        What came of it, with the first entry that is not as it was written.

    Raises:
        InvalidArgumentError: an anchor is not written as one, or the file is no such log.
        NotFoundError: the file cannot be read.
        StoreError: the store cannot be read.
    """
    parsed = [parse_anchor(anchor) if isinstance(anchor, str) else anchor for anchor in anchors]
    if file is not None:
        return verify_file(Path(file), parsed, tell)
    with opened_store() as store:
        return verify_records(store.location, store.audit, parsed, tell)


def verify_records(location: str, audit: AuditRecords, anchors: Sequence[Anchor], tell: Tell) -> Verification:
    """Check the log of a store."""
    with audit.reading() as log:
        return verify(location, log.records, log.head, anchors, tell)


def verify_file(path: Path, anchors: Sequence[Anchor], tell: Tell) -> Verification:
    """Check a log that was exported."""
    try:
        with path.open("rb") as file:
            log = read_transcript(path, file)
            return verify(str(path), log.records, log.head, anchors, tell)
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}") from error


def export_audit_log(path: str | os.PathLike[str]) -> Anchor:
    """Write the whole log to a file, with everything that somebody else needs to check it.

    Returns:
        The log's head, to be kept where whoever may write the file may not.

    Raises:
        InvalidArgumentError: the file cannot be written.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        return export_records(store.audit, Path(path))


def export_records(audit: AuditRecords, path: Path) -> Anchor:
    """Write the log of a store to a file."""
    try:
        with audit.reading() as log, path.open("wb") as file:
            file.writelines(lines_of(log))
            return log.head
    except OSError as error:
        raise InvalidArgumentError(f"{path} cannot be written: {error.strerror}") from error


def erase_from_audit_log(
    *,
    actor: str | None = None,
    subject_id: str | None = None,
    before: datetime | None = None,
    reason: str | None = None,
) -> Erasure:
    """Erase for good who made changes, from where, and what the records were before and after.

    What was done, to what and when stays, and so does the chain, which :func:`verify_audit_log` still finds whole. An
    entry tells of the erasure.

    Args:
        actor: only changes that this one made.
        subject_id: only changes of this version, prompt or whatever else.
        before: only changes made before then; a time without zone is local.
        reason: what the entry is to say; name nobody in it.

    Raises:
        InvalidArgumentError: nothing says which entries are meant.
        StoreError: the store cannot be written.
    """
    query = AuditQuery(actor=actor, subject_id=subject_id, until_ms=_milliseconds(before))
    check_erasure(query)
    with opened_store() as store:
        return store.audit.erase(query, reason)


def check_erasure(query: AuditQuery) -> None:
    """Refuse to erase everything for want of a condition.

    Raises:
        InvalidArgumentError: the query has none.
    """
    if query == AuditQuery():
        raise InvalidArgumentError("say what to erase from the audit log: by whom, of which subject, or before when")


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
