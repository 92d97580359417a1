"""Contents that are kept once each, compressed, and given back by number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from sqlalchemy import Connection, insert, select

from verspan.store import tables
from verspan.store.compression import Compressor
from verspan.store.contents import Body
from verspan.store.dictionaries import Dictionaries
from verspan.store.keys import chunks, known_keys, next_key
from verspan.store.statements import ManyRows

_INSERT_BODIES = ManyRows(insert(tables.bodies))
_INSERT_DIGESTS = ManyRows(insert(tables.body_digests))


def keep_bodies(connection: Connection, compressor: Compressor, bodies: Mapping[bytes, Body]) -> dict[bytes, int]:
    """Keep bodies that are not there yet.

    Args:
        connection: one that may write.
        compressor: what the new ones are compressed with.
        bodies: the bodies by digest.

    Returns:
        The key of every body by digest.
    """
    digests = tables.body_digests.c
    keys = known_keys(connection, digests.digest, digests.body_key, bodies)
    new = [digest for digest in bodies if digest not in keys]
    keys.update(zip(new, count(next_key(connection, tables.bodies.c.body_key)), strict=False))
    _INSERT_DIGESTS.execute(connection, ((digest, keys[digest]) for digest in new))
    _INSERT_BODIES.execute(
        connection,
        ((keys[digest], compressor.compress(bodies[digest].content)) for digest in new),
    )
    return keys


def read_bodies(connection: Connection, dictionaries: Dictionaries, keys: Iterable[int]) -> dict[int, bytes]:
    """Bodies by key."""
    found: dict[int, bytes] = {}
    for some in chunks(set(keys)):
        rows = connection.execute(
            select(tables.bodies.c.body_key, tables.bodies.c.content).where(tables.bodies.c.body_key.in_(some))
        )
        for key, content in rows:
            found[key] = dictionaries.decompress(connection, content)
    return found
