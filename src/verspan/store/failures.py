"""What went wrong with a store, in words that name the place and the way out."""

from __future__ import annotations

from pathlib import Path

from verspan.errors import StoreCorruptError, StoreError, StoreTooNewError, StoreUnavailableError
from verspan.store.compression import CompressionError

_NEW_PLACE = "or name another place in VERSPAN_STORE"

# SQLite's messages are the only description of a failure that Python 3.10 passes on.
_UNAVAILABLE = {
    "database or disk is full": f"there is no space left for it: free some, {_NEW_PLACE}",
    "database is locked": "another process has kept it locked for too long: see which one has the file open and end it",
    "readonly database": f"it cannot be written: make the file and its folder writable, {_NEW_PLACE}",
    "unable to open database file": f"it cannot be opened: make the file and its folder writable, {_NEW_PLACE}",
    "disk I/O error": f"the disk or its file system fails: see the system's log, {_NEW_PLACE}",
}
_CORRUPT = (
    "not a database",
    "malformed",
    "unsupported file format",
    "no such table",
    "no such column",
)


def store_error(error: Exception, path: Path) -> StoreError:
    """The store's error for one of the database's; it is to be raised ``from`` that one."""
    reason = str(getattr(error, "orig", None) or error)
    for fragment, advice in _UNAVAILABLE.items():
        if fragment in reason:
            return StoreUnavailableError(f"the store {path} is not available, {advice} (SQLite: {reason})")
    if isinstance(error, CompressionError) or any(fragment in reason for fragment in _CORRUPT):
        return corrupt(path, reason)
    return StoreUnavailableError(f"the store {path} could not do this (SQLite: {reason})")


def corrupt(path: Path, reason: str) -> StoreCorruptError:
    """A file that is not a readable store."""
    return StoreCorruptError(
        f"{path} is not a readable store: {reason}. It is left as it is; move it away and a new store is made,"
        f" {_NEW_PLACE}"
    )


def unusable_place(path: Path, error: OSError) -> StoreUnavailableError:
    """A place where no file can be made or read."""
    return StoreUnavailableError(
        f"there can be no store at {path}: {error.strerror or error}. Make its folder writable, {_NEW_PLACE}"
    )


def missing(path: Path) -> StoreUnavailableError:
    """A place without a store, where none is to be made."""
    return StoreUnavailableError(
        f"there is no store at {path} yet: an application that calls verspan.set_active_model or verspan.autolog makes"
        " it; if it is elsewhere, name its place in VERSPAN_STORE"
    )


def moved(path: Path) -> StoreUnavailableError:
    """A store that was removed, or replaced by another, while this process had it open."""
    return StoreUnavailableError(
        f"the store {path} was removed or replaced while it was open: what is written from now on goes to the one that"
        " is there, or to a new one"
    )


def too_new(path: Path, version: int, known: int) -> StoreTooNewError:
    """A store of a schema that this Verspan does not know."""
    return StoreTooNewError(
        f"the store {path} has schema version {version}, and this Verspan knows versions up to {known}:"
        " upgrade it with pip install --upgrade verspan"
    )
