"""Connections to a store's file: transactions, bounded waiting, forks."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, Pool, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError

from verspan.store.compression import CompressionError
from verspan.store.failures import moved, store_error
from verspan.store.forks import at_work, heed_forks
from verspan.store.open_files import OpenFile, about_to_open

_BEGIN = "verspan_begin"
"""The option of a connection that says how its transactions begin; with an empty text it has none."""


class Database:
    """One SQLite file in WAL mode, used from many threads and by many processes at once."""

    def __init__(self, path: Path, lock_timeout_s: float) -> None:
        self.path = path
        self._lock_timeout_s = lock_timeout_s
        self._engine = _engine_for(path, lock_timeout_s)
        self._immediate = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        self._write_lock = threading.Lock()
        heed_forks(self)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store, however long it reads."""
        with self._transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that nobody else writes beside; what it wrote is kept whole or, after an error, not at all."""
        # SQLite's own waiting polls, so threads of one process queue here instead.
        with self._write_lock, self._transaction(self._immediate) as connection:
            self._check_place(connection)
            yield connection

    def close(self) -> None:
        """Close every connection that is not in use."""
        with at_work():
            self._engine.dispose()

    def empty_log(self) -> None:
        """Copy what was written into the file and empty SQLite's log beside it, which else holds what was overwritten.

        While others read or write it stays as it is, until one of them comes to empty it.
        """
        with self._transaction(self._engine.execution_options(**{_BEGIN: ""})) as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(self._lock_timeout_s * 1000)}")

    def before_fork(self) -> None:
        """Leave the child no connection."""
        self._engine.dispose()

    def after_fork_in_child(self) -> None:
        """Start afresh: a child must neither use nor close a connection of its parent's that is still open."""
        _inherited.append(self._engine.pool)
        self._engine.dispose(close=False)
        self._write_lock = threading.Lock()

    def _check_place(self, connection: Connection) -> None:
        """Refuse to write to a file that somebody has removed or replaced, where nobody would ever read it."""
        file = cast("_Connection", connection.connection.driver_connection).file
        if not file.is_at(self.path):
            self._engine.dispose()
            raise moved(self.path)

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        try:
            with at_work(), engine.begin() as connection:
                yield connection
        except (DBAPIError, sqlite3.Error, CompressionError) as error:
            raise store_error(error, self.path) from error


def _engine_for(path: Path, lock_timeout_s: float) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, lock_timeout_s),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=-1,
    )
    event.listen(engine, "begin", _begin)
    return engine


class _Connection(sqlite3.Connection):
    """Remembers, for as long as it may hold locks, which file it has open."""

    file: OpenFile


def _connect(path: Path, lock_timeout_s: float) -> sqlite3.Connection:
    file = about_to_open(path)
    # Without an isolation level Python leaves transactions to us; it would begin them late and deferred.
    # Without `mode=rw` SQLite would put an empty file where somebody has removed the store.
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        timeout=lock_timeout_s,
        check_same_thread=False,
        isolation_level=None,
        factory=_Connection,
    )
    connection.file = file
    try:
        # In WAL mode this loses no transaction when the process dies, and at most the latest when the machine does.
        connection.execute("PRAGMA synchronous = NORMAL")
        # KiB; the default of 2 MiB is less than the indexes of a day.
        connection.execute("PRAGMA cache_size = -16384")
        # Pages, 16 MB: digests fall all over their index, so its pages are copied home once for many batches.
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail half-way for want of the lock: take it at the start.
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


# To collect a connection is to close it, and to close it in a child takes the parent's locks away.
_inherited: list[Pool] = []
