"""Statements compiled once, and run with rows that go to the driver as they are.

SQLAlchemy writes them. To find a compiled statement again takes it longer than SQLite takes to run one, and to handle a
row's parameters as long as SQLite takes to write it; so what every batch of spans runs is run like this. Values must be
those that the driver takes, and come in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.sql.elements import ClauseElement


class Statement:
    """A statement, compiled when it is first run on a kind of database."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, str] = {}

    def run(self, connection: Connection, *values: Any) -> None:
        """Run it with its parameters in order."""
        connection.exec_driver_sql(self._sql(connection), values)

    def rows(self, connection: Connection, *values: Any) -> Sequence[Any]:
        """The rows that it finds with its parameters in order."""
        return connection.exec_driver_sql(self._sql(connection), values).all()

    def run_for_each(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Run it for each row: its parameters in order, which for an insert are the table's columns in theirs.

        Rows are taken one at a time as they are made: thousands of them held at once would keep Python's garbage
        collector at work.
        """
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(self._sql(connection), cast("Sequence[Any]", rows))  # drivers take any iterable

    def _sql(self, connection: Connection) -> str:
        dialect = connection.dialect
        sql = self._compiled.get(dialect.name)
        if sql is None:
            sql = self._compiled[dialect.name] = str(self._statement.compile(dialect=dialect))
        return sql
