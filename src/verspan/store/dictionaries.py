"""The store's compression dictionaries: made once enough is there to learn from, by whichever process comes first."""

from __future__ import annotations

import threading

from sqlalchemy import Column, Connection, Table, func, select
from sqlalchemy.dialects.sqlite import insert

from verspan.store import tables
from verspan.store.compression import FIRST_DICTIONARY, Compressor, Dictionary, decompress, train
from verspan.store.database import Database

_ENOUGH_SPANS = 1_000
_SAMPLED_BODIES = 2_000
_SAMPLED_SPANS = 1_000


class Dictionaries:
    """The dictionaries as far as this process has read them."""

    def __init__(self) -> None:
        self._known: dict[int, Dictionary] = {}
        self._training = threading.Lock()
        self._hopeless = False

    def compressor(self) -> Compressor:
        """A compressor with the newest dictionary, for one transaction."""
        return Compressor(self._known)

    def decompress(self, connection: Connection, stored: bytes) -> bytes:
        """A content of the store; a dictionary that another process has made meanwhile is read first."""
        if stored[0] >= FIRST_DICTIONARY and stored[0] not in self._known:
            self._read(connection)
        return decompress(stored, self._known)

    def make_when_due(self, database: Database) -> None:
        """Make the store's dictionary where it has none and has spans enough; takes some tenths of a second, once."""
        if self._known or self._hopeless or not self._training.acquire(blocking=False):
            return
        try:
            self._make_when_due(database)
        finally:
            self._training.release()

    def _make_when_due(self, database: Database) -> None:
        with database.reading() as connection:
            self._read(connection)
            if self._known or (connection.scalar(select(func.max(tables.spans.c.span_key))) or 0) < _ENOUGH_SPANS:
                return
            samples = [
                *self._newest(connection, tables.bodies, tables.bodies.c.content, _SAMPLED_BODIES),
                *self._newest(connection, tables.spans, tables.spans.c.body, _SAMPLED_SPANS),
            ]
        dictionary = train(samples)
        self._hopeless = dictionary is None
        if dictionary is not None:
            self._keep(database, dictionary)

    def _newest(self, connection: Connection, table: Table, column: Column[bytes], count: int) -> list[bytes]:
        newest_first = select(column).order_by(*(key.desc() for key in table.primary_key)).limit(count)
        return [self.decompress(connection, stored) for stored in connection.scalars(newest_first)]

    def _keep(self, database: Database, dictionary: Dictionary) -> None:
        row = {"dictionary_key": FIRST_DICTIONARY, "content": dictionary.dict_content}
        with database.writing() as connection:
            connection.execute(insert(tables.dictionaries).on_conflict_do_nothing(), row)
            self._read(connection)

    def _read(self, connection: Connection) -> None:
        for row in connection.execute(select(tables.dictionaries)):
            self._known[row.dictionary_key] = Dictionary(row.content)
