"""Patterns over texts: with regard to case, and with nothing in a text or a pattern that means more than it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Connection, MetaData, String, Table, create_engine, insert, select, text
from sqlalchemy.dialects import postgresql

from verspan.store.matching import like, starts_with

NAMES = ["agent", "Agent", "age%t", "a_ent", "a*ent", "[a]gent", "a\\ent", ""]
TABLE = Table("names", MetaData(), Column("name", String, primary_key=True))


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A database with some names."""
    engine = create_engine("sqlite://")
    with engine.begin() as opened:
        TABLE.create(opened)
        opened.execute(insert(TABLE), [{"name": name} for name in NAMES])
        yield opened
    engine.dispose()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("agent", ["agent"]),
        ("a%", ["agent", "age%t", "a_ent", "a*ent", "a\\ent"]),
        ("a_ent", ["agent", "a_ent", "a*ent", "a\\ent"]),
        ("%]%", ["[a]gent"]),
        ("[a]%", ["[a]gent"]),
        ("a*%", ["a*ent"]),
        ("a?ent", []),
        ("%\\%", ["a\\ent"]),
        ("", [""]),
    ],
)
def test_like(connection: Connection, pattern: str, found: list[str]) -> None:
    """% stands for any characters and _ for one; whatever else a pattern has stands for itself."""
    rows = connection.execute(select(TABLE.c.name).where(like(TABLE.c.name, pattern)))
    assert sorted(rows.scalars()) == sorted(found)


@pytest.mark.parametrize(("beginning", "found"), [("age%", ["age%t"]), ("[a", ["[a]gent"]), ("a_", ["a_ent"])])
def test_beginning(connection: Connection, beginning: str, found: list[str]) -> None:
    """A beginning is looked for as it stands."""
    assert list(connection.execute(select(TABLE.c.name).where(starts_with(TABLE.c.name, beginning))).scalars()) == found


def test_index(connection: Connection) -> None:
    """A beginning is found by the index of the texts, and not by looking at all of them."""
    statement = select(TABLE.c.name).where(starts_with(TABLE.c.name, "age"))
    compiled = str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    (row,) = connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))
    assert "name>? AND name<?" in row[-1]


def test_elsewhere() -> None:
    """Other databases are asked with LIKE, in which a backslash takes a letter's meaning away."""
    compiled = like(TABLE.c.name, "a\\%").compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call] # SQLAlchemy's
    assert str(compiled).startswith("names.name LIKE ")
    assert "a\\\\%" in compiled.params.values()
