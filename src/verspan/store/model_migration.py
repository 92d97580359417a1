"""Versions as the first schema kept them, in the tables of the second."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, Connection, Integer, MetaData, Table, insert, inspect, select, text

from verspan.store import tables
from verspan.store.model_tables import model_params, model_tags

_OLD = "logged_models_1"


def part_models(connection: Connection) -> None:
    """Give versions their present columns, and a row to each parameter and tag, which were JSON in a column of theirs.

    The table is made anew and filled from the old one: not every SQLite can take a column away.
    """
    name = tables.logged_models.name
    columns = [each["name"] for each in inspect(connection).get_columns(name)]
    if "params" not in columns:  # a store that this Verspan has just made
        return
    connection.execute(text(f"ALTER TABLE {name} RENAME TO {_OLD}"))
    tables.logged_models.create(connection)
    names = ", ".join(each for each in columns if each in tables.logged_models.c)
    connection.execute(text(f"INSERT INTO {name} ({names}) SELECT {names} FROM {_OLD}"))  # noqa: S608 - names of ours
    for part in (model_params, model_tags):
        _fill(connection, part, part.name.removeprefix("model_"))
    connection.execute(text(f"DROP TABLE {_OLD}"))


def _fill(connection: Connection, part: Table, name: str) -> None:
    old = Table(_OLD, MetaData(), Column("model_key", Integer), Column(name, JSON))
    rows: list[dict[str, Any]] = [
        {"model_key": key, "name": each, "value": str(value)}
        for key, texts in connection.execute(select(old.c.model_key, old.c[name]))
        for each, value in texts.items()
    ]
    if rows:
        connection.execute(insert(part), rows)
