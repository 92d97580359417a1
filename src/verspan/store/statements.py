"""Statements run for thousands of rows at once.

SQLAlchemy writes them; their rows go to the driver as they are, because its handling of each row's parameters takes as
long as SQLite's own work. So values must be those that the driver takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

_Values = Callable[[Mapping[str, Any]], Sequence[Any]]


class ManyRows:
    """A statement with a parameter per column, compiled when it is first run."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: tuple[str, _Values] | None = None

    def execute(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it for each row, a mapping with every parameter."""
        sql, values = self._compiled = self._compiled or self._compile(connection)
        parameters = [values(row) for row in rows]
        if parameters:
            connection.exec_driver_sql(sql, parameters)

    def _compile(self, connection: Connection) -> tuple[str, _Values]:
        compiled = cast("SQLCompiler", self._statement.compile(dialect=connection.dialect))
        names = compiled.positiontup or ()
        return str(compiled), itemgetter(*names)
