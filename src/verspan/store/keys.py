"""Rows that are kept once by what they say, and the numbers that stand for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Column, Connection, Table, bindparam, func, insert, select

from verspan.store.statements import Statement

_Item = TypeVar("_Item")
DIGEST_BYTES = 16
_MANY = 512  # SQLite has bounds on the values of one statement, PostgreSQL too


def digest_of(content: bytes) -> bytes:
    """What content is known by: two contents never share it by chance, nor by anybody's effort."""
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).digest()


def chunks(items: Iterable[_Item], size: int = _MANY) -> Iterator[Sequence[_Item]]:
    """The items in lists that one statement can take."""
    everything = list(items)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]


def known_keys(connection: Connection, name: Column[Any], key: Column[Any], names: Iterable[Any]) -> dict[Any, int]:
    """The keys of those rows that are there already, by the column that names them."""
    found: dict[Any, int] = {}
    for some in chunks(names):
        values = filled_up(some)
        found.update((row[0], row[1]) for row in _lookup(name, key, len(values)).rows(connection, *values))
    return found


def filled_up(items: Sequence[_Item]) -> Sequence[_Item]:
    """The items, the last of them repeated up to a power of two: a statement is compiled anew for every number."""
    return [*items, *[items[-1]] * ((1 << (len(items) - 1).bit_length()) - len(items))]


@cache
def _lookup(name: Column[Any], key: Column[Any], number: int) -> Statement:
    names: list[BindParameter[Any]] = [bindparam(f"name_{position}") for position in range(number)]
    return Statement(select(name, key).where(name.in_(names)))


def next_key(connection: Connection, key: Column[Any]) -> int:
    """The first key that no row has; whoever asks holds the write lock until the row is written."""
    ((greatest,),) = _greatest(key).rows(connection)
    return (greatest or 0) + 1


@cache
def _greatest(key: Column[Any]) -> Statement:
    return Statement(select(func.max(key)))


def keep_once(
    connection: Connection, table: Table, key: Column[Any], rows: Mapping[bytes, Mapping[str, Any]]
) -> dict[bytes, int]:
    """Keep rows that are not there yet, by their digest, and return the key of each.

    Args:
        connection: one that may write.
        table: it has a column ``digest``.
        key: its primary key.
        rows: the other columns by digest.
    """
    keys = known_keys(connection, table.c.digest, key, rows)
    new = [digest for digest in rows if digest not in keys]
    if new:
        keys.update(zip(new, count(next_key(connection, key)), strict=False))
        connection.execute(
            insert(table), [{key.name: keys[digest], "digest": digest, **rows[digest]} for digest in new]
        )
    return keys
