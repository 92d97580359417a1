"""Batches of held spans into one store, so that neither a bad span nor a bad moment costs the others."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from verspan.errors import StoreCorruptError, StoreTooNewError, StoreUnavailableError
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan_local.backlog import HeldSpan
from verspan.notices import Notices
from verspan_local.records import RecordMaker

_logger = logging.getLogger(__name__)

StoreTrouble = (StoreUnavailableError, StoreCorruptError, StoreTooNewError)
"""What is wrong with the store as a whole; any other error is about the spans that were given to it."""


class SpanWriter:
    """Writes to the store at a URL, which is opened when the first span is written; one thread at a time."""

    def __init__(self, store_url: str, notices: Notices) -> None:
        self.lost = 0
        """Spans that no store would take."""
        self._store_url = store_url
        self._store: Store | None = None
        self._notices = notices
        self._maker = RecordMaker()

    def write(self, batch: Sequence[HeldSpan]) -> None:
        """Write a batch; a span that cannot be stored is said and left out.

        Raises:
            StoreError: the store is one of :data:`StoreTrouble`; nothing has been written, and the whole batch can be
                given again.
        """
        records = [record for held in batch if (record := self._record(held)) is not None]
        try:
            self._write_records(records)
        except StoreTrouble:
            self.close()  # whoever mends it may have moved another file to its place
            raise

    def close(self) -> None:
        """Close the store; writing opens it again."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _record(self, held: HeldSpan) -> SpanRecord | None:
        try:
            return self._maker.record(held.span, held.supplement)
        except Exception as error:  # noqa: BLE001 - any processor may hand over a span of its own making
            self._lose(held.span.name, error)
            return None

    def _write_records(self, records: Sequence[SpanRecord]) -> None:
        store = self._opened()
        try:
            store.write_spans(records)
        except StoreTrouble:
            raise
        except Exception:  # noqa: BLE001 - whatever a value in one of them brought about, the others are stored
            for record in records:
                self._write_one(store, record)

    def _write_one(self, store: Store, record: SpanRecord) -> None:
        try:
            store.write_spans([record])
        except StoreTrouble:
            raise
        except Exception as error:  # noqa: BLE001 - likewise
            self._lose(record.name, error)

    def _opened(self) -> Store:
        if self._store is None:
            # SQLAlchemy is heavy: it is loaded here, on the background thread, once there is something to store.
            from verspan.store.opening import open_store

            self._store = open_store(self._store_url)
        return self._store

    def _lose(self, name: str, error: Exception) -> None:
        self.lost += 1
        if self._notices.due("lost span"):
            _logger.warning(
                "The span %r cannot be stored and is lost, %d such spans so far (%s: %s). Other spans are stored.",
                name,
                self.lost,
                type(error).__name__,
                error,
            )
