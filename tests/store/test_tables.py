"""The schema explains itself."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect

from verspan.store import evidence_tables, record_tables, tables
from verspan.store.database import Database
from verspan.store.interface import Store
from verspan.store.trace_rows import TraceRow


def test_comments() -> None:
    """Every table and every column has a comment."""
    known = (tables.metadata, record_tables.metadata, evidence_tables.metadata)
    for table in (table for metadata in known for table in metadata.sorted_tables):
        assert table.comment, table.name
        for column in table.columns:
            assert column.comment, f"{table.name}.{column.name}"


def test_tables_are_all(store: Store, place: Path) -> None:
    """A store has the tables that are documented, and besides them those of the index of words."""
    database = Database(place, lock_timeout_s=30)
    with database.reading() as connection:
        found = {name for name in inspect(connection).get_table_names() if not name.startswith("trace_words")}
    database.close()
    assert store.location == str(place)
    assert found == {*tables.metadata.tables, *record_tables.metadata.tables, *evidence_tables.metadata.tables}


def test_trace_row() -> None:
    """What spans tell of a trace is in the order of the table's columns, since rows go to the driver as they are."""
    assert TraceRow._fields == tuple(tables.traces.c.keys())
