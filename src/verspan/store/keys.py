"""Rows that are kept once by what they say, and the numbers that stand for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, func, select

_Item = TypeVar("_Item")
_MANY = 500  # values of one IN list: SQLAlchemy writes a statement per length, and SQLite allowed 999 for long


def digest_of(content: bytes) -> bytes:
    """What content is known by: two contents never share it by chance, nor by anybody's effort."""
    return hashlib.blake2b(content, digest_size=16).digest()


def chunks(items: Iterable[_Item], size: int = _MANY) -> Iterator[Sequence[_Item]]:
    """The items in lists that one statement can take."""
    everything = list(items)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]


def known_keys(connection: Connection, name: Column[Any], key: Column[Any], names: Iterable[Any]) -> dict[Any, int]:
    """The keys of those rows that are there already, by the column that names them."""
    found: dict[Any, int] = {}
    for some in chunks(names):
        for row in connection.execute(select(name, key).where(name.in_(some))):
            found[row[0]] = row[1]
    return found


def next_key(connection: Connection, key: Column[Any]) -> int:
    """The first key that no row has; whoever asks holds the write lock until the row is written."""
    return (connection.scalar(select(func.max(key))) or 0) + 1
