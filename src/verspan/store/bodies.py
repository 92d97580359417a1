"""Contents that are kept once each, compressed, and given back by number.

What was told before is found by its digest. Digests are spread evenly, so to add some hundreds of them to an index of
millions is to write as many of its pages, which takes longer than to write the bodies. What is told again is mostly
told again soon, as an agent's history is. So digests come in generations of 65,536 bodies, of which the present one and
the one before are kept: what is told again is of the present generation from then on, and what is not told for so long
and then again is kept a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from sqlalchemy import Connection, delete, insert, select

from verspan.store import tables
from verspan.store.compression import Compressor
from verspan.store.contents import Body
from verspan.store.dictionaries import Dictionaries
from verspan.store.keys import chunks, known_keys, next_key
from verspan.store.statements import ManyRows

_GENERATION_BITS = 16
_DIGESTS = tables.body_digests.c
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
    first = next_key(connection, tables.bodies.c.body_key)
    generation = first >> _GENERATION_BITS
    keys = _known(connection, generation, bodies)
    told_anew = [digest for digest in bodies if digest not in keys]
    keys.update(_known(connection, generation - 1, told_anew))
    new = [digest for digest in told_anew if digest not in keys]
    keys.update(zip(new, count(first), strict=False))
    _INSERT_DIGESTS.execute(connection, ((generation, digest, keys[digest]) for digest in told_anew))
    _INSERT_BODIES.execute(connection, ((keys[digest], compressor.compress(bodies[digest].content)) for digest in new))
    connection.execute(delete(tables.body_digests).where(_DIGESTS.generation < generation - 1))
    return keys


def _known(connection: Connection, generation: int, digests: Iterable[bytes]) -> dict[bytes, int]:
    return known_keys(connection, _DIGESTS.digest, _DIGESTS.body_key, digests, given={"generation": generation})


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
