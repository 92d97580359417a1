"""A store at a place: found, checked or made."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

from verspan.errors import InvalidArgumentError
from verspan.settings import STORE_FOLDER
from verspan.store.failures import corrupt, missing, store_error, unusable_place
from verspan.store.forks import at_work
from verspan.store.interface import Store
from verspan.store.open_files import beginning_of

_SQLITE = "sqlite:///"
_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID = int.from_bytes(b"vspn", "big")
_APPLICATION_ID_AT = slice(68, 72)  # https://www.sqlite.org/fileformat.html#the_database_header
_HEADER_BYTES = 100


def open_store(url: str, *, create: bool = True, lock_timeout_s: float = 30.0) -> Store:
    """Open the store at a place.

    Args:
        url: ``sqlite:///`` and a path.
        create: whether to make the store, and the folders to it, where there is none.
        lock_timeout_s: how long, in seconds, an operation waits for another process's before it fails.

    Raises:
        InvalidArgumentError: the URL is not one of a store that this Verspan knows.
        StoreUnavailableError: there is none and none is to be made, or it cannot be opened.
        StoreCorruptError: a file that is not a store stands there; it is left as it is.
        StoreTooNewError: a newer Verspan wrote it.
    """
    path = _path_of(url)
    if not _is_there(path):
        if not create:
            raise missing(path)
        _create(path)
    _check_header(path)
    return _open(path, lock_timeout_s)


def _path_of(url: str) -> Path:
    place = url.removeprefix(_SQLITE)
    if place == url or not place:
        raise InvalidArgumentError(f"{url!r} is not a store's URL: a store is at sqlite:/// and the path of its file")
    return Path(place).absolute()


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a folder on the way to it may not be entered
        raise unusable_place(path, error) from error


def _open(path: Path, lock_timeout_s: float) -> Store:
    with at_work():
        from verspan.store.database import Database
        from verspan.store.migrations import MIGRATIONS, migrate, schema_version
        from verspan.store.sql import SqlStore

    database = Database(path, lock_timeout_s)
    try:
        with database.reading() as connection:
            version = schema_version(connection)
        if version != len(MIGRATIONS):
            with database.writing() as connection:
                migrate(connection, path, MIGRATIONS)
    except BaseException:
        database.close()
        raise
    return SqlStore(database)


def _check_header(path: Path) -> None:
    """Refuse a file that is not a store of ours before SQLite touches it."""
    try:
        with at_work():
            header = beginning_of(path, _HEADER_BYTES)
    except OSError as error:
        raise unusable_place(path, error) from error
    if header is None:
        return
    if not header:
        raise corrupt(path, "the file is empty")
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
        raise corrupt(path, "it is not an SQLite database")
    if int.from_bytes(header[_APPLICATION_ID_AT], "big") != _APPLICATION_ID:
        raise corrupt(path, "it is an SQLite database of another application")


def _create(path: Path) -> None:
    """Make an empty store beside the place and link it there whole: whoever comes second finds the first one's."""
    new = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        _make_folder(path.parent)
        _build(new)
        _link(new, path)
    except OSError as error:
        raise unusable_place(path, error) from error
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    finally:
        with suppress(OSError):
            new.unlink()


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if folder.name == STORE_FOLDER and not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def _build(path: Path) -> None:
    from verspan.store.database import Database
    from verspan.store.migrations import MIGRATIONS, migrate

    with at_work(), closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode = WAL")
    database = Database(path, lock_timeout_s=0)
    try:
        with database.writing() as connection:
            migrate(connection, path, MIGRATIONS)
    finally:
        database.close()


def _link(new: Path, path: Path) -> None:
    try:
        os.link(new, path)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not path.exists():
            new.rename(path)
