"""Contents that are kept once each, compressed, and given back by number.

What was told before is found by its digest. Digests are spread evenly, so to add some hundreds of them to an index of
millions is to write as many of its pages, which takes longer than to write the bodies; and what is told again is mostly
told again soon, as an agent's history is. So there is no index: the store has a list of the digests of its newest
bodies, every process that writes knows that list by heart, and reads what was added to it when its turn to write comes.
What is told again after 65,536 other bodies is kept a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count, islice

from sqlalchemy import Connection, bindparam, delete, insert, select

from verspan.store import tables
from verspan.store.compression import Compressor
from verspan.store.contents import Body
from verspan.store.dictionaries import Dictionaries
from verspan.store.keys import DIGEST_BYTES, chunks, next_key
from verspan.store.statements import Statement

_RECENT = 65_536  # bodies; some 10 MB in memory, and 20 ms to read the whole list
_INSERT_BODIES = Statement(insert(tables.bodies))
_INSERT_DIGESTS = Statement(insert(tables.body_digests))
_DIGESTS = tables.body_digests.c
_FORGET_DIGESTS = Statement(delete(tables.body_digests).where(_DIGESTS.first_key < bindparam("oldest")))
_ADDED = Statement(
    select(tables.body_digests).where(_DIGESTS.first_key > bindparam("read_to")).order_by(_DIGESTS.first_key)
)


class RecentBodies:
    """The keys of the newest bodies by digest, as far as this process has read them.

    It is used by whoever holds the write lock, so that nobody adds to the list meanwhile, and read before a transaction
    adds to it, so that it knows of nothing that is taken back.
    """

    def __init__(self) -> None:
        self._keys: dict[bytes, int] = {}
        self._read_to = 0

    def keys(self, connection: Connection) -> Mapping[bytes, int]:
        """All of them: what was read, and what has been kept since by this process and by others."""
        for row in _ADDED.rows(connection, self._read_to):
            digests = row.digests
            each = [digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)]
            self._keys.update(zip(each, count(row.first_key), strict=False))
            self._read_to = row.first_key
        for digest in list(islice(self._keys, max(0, len(self._keys) - _RECENT))):
            del self._keys[digest]
        return self._keys


def keep_bodies(
    connection: Connection, compressor: Compressor, recent: RecentBodies, bodies: Mapping[bytes, Body]
) -> dict[bytes, int]:
    """Keep bodies that are not among the newest.

    Args:
        connection: one that may write.
        compressor: what the new ones are compressed with.
        recent: the newest bodies.
        bodies: the bodies by digest.

    Returns:
        The key of every body by digest.
    """
    known = recent.keys(connection)
    keys = {digest: known[digest] for digest in bodies if digest in known}
    new = [digest for digest in bodies if digest not in known]
    if new:
        first = next_key(connection, tables.bodies.c.body_key)
        _INSERT_BODIES.run_for_each(
            connection, enumerate((compressor.compress(bodies[one].content) for one in new), first)
        )
        _INSERT_DIGESTS.run(connection, first, b"".join(new))
        _FORGET_DIGESTS.run(connection, first - _RECENT)
        keys.update(zip(new, count(first), strict=False))
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
