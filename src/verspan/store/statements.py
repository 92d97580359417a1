"""Statements run for thousands of rows at once.

SQLAlchemy writes them; their rows go to the driver as they are, one at a time as they are made, because SQLAlchemy's
handling of each row's parameters takes as long as SQLite's own work, and thousands of rows held at once keep Python's
garbage collector at work for longer still. So values must be those that the driver takes, and come in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.sql.elements import ClauseElement


class ManyRows:
    """A statement compiled when it is first run."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._sql: str | None = None

    def execute(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Run it for each row: its parameters in order, which for an insert are the table's columns in theirs."""
        if self._sql is None:
            self._sql = str(self._statement.compile(dialect=connection.dialect))
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(self._sql, cast("Sequence[Any]", rows))  # drivers take any iterable
