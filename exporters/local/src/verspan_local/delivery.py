"""Spooled spans into one store, so that neither a bad span nor a bad moment costs the others."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from verspan.errors import InvalidArgumentError, StoreCorruptError, StoreTooNewError, StoreUnavailableError
from verspan.notices import Notices
from verspan.settings import Settings
from verspan.spool.delivery import Destination, Outcome
from verspan.spool.spans import SpooledSpan
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan_local.destination import destination_of
from verspan_local.records import RecordMaker

_logger = logging.getLogger(__name__)

StoreTrouble = (StoreUnavailableError, StoreCorruptError, StoreTooNewError)
"""What is wrong with the store as a whole; any other error is about the spans that were given to it."""


class StoreDelivery:
    """Writes to the store at a URL, which is opened when the first span is written; one thread at a time."""

    def __init__(self, store_url: str) -> None:
        self._store_url = store_url
        self._store: Store | None = None
        self._notices = Notices()
        self._maker = RecordMaker()
        self._refused = 0
        self._reason = ""

    def deliver(self, spans: Sequence[SpooledSpan], timeout_s: float) -> Outcome:  # noqa: ARG002 - the store has its own
        """Write a batch; a span that cannot be stored is said and left out."""
        self._refused, self._reason = 0, ""
        records = [record for span in spans if (record := self._record(span)) is not None]
        try:
            self._write(records)
        except StoreTrouble as error:
            self.close()  # whoever mends it may have moved another file to its place
            return Outcome(delivered=False, reason=str(error))
        return Outcome(delivered=True, refused=self._refused, reason=self._reason)

    def close(self) -> None:
        """Close the store; writing opens it again."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _record(self, span: SpooledSpan) -> SpanRecord | None:
        try:
            return self._maker.record(span)
        except InvalidArgumentError as error:
            self._say_incomplete(error)
            return self._maker.record(span._replace(packed=None))
        except Exception as error:  # noqa: BLE001 - whatever is in one of them, the others are stored
            self._refuse(span.name, error)
            return None

    def _write(self, records: Sequence[SpanRecord]) -> None:
        store = self._opened()
        try:
            store.write_spans(records)
        except StoreTrouble:
            raise
        except Exception:  # noqa: BLE001 - likewise
            for record in records:
                self._write_one(store, record)

    def _write_one(self, store: Store, record: SpanRecord) -> None:
        try:
            store.write_spans([record])
        except StoreTrouble:
            raise
        except Exception as error:  # noqa: BLE001 - likewise
            self._refuse(record.name, error)

    def _opened(self) -> Store:
        if self._store is None:
            # SQLAlchemy is heavy: it is loaded here, on the spool's thread, once there is something to store.
            from verspan.store.opening import open_store

            self._store = open_store(self._store_url)
        return self._store

    def _refuse(self, name: str, error: Exception) -> None:
        self._refused += 1
        self._reason = f"{name!r}: {type(error).__name__}: {error}"

    def _say_incomplete(self, error: InvalidArgumentError) -> None:
        if self._notices.due("incomplete"):
            _logger.warning(
                "Spans are stored without what was said in them: %s. Install what they were recorded with.", error
            )


def delivery(destination: Destination, settings: Settings) -> StoreDelivery:
    """What ``verspan spool drain`` finds under the name ``local``.

    Raises:
        InvalidArgumentError: the settings are of a store that is named by a URL, and this is another one.
    """
    if destination == destination_of(settings.store_url):
        return StoreDelivery(settings.store_url)
    if "://" in destination.address:
        raise InvalidArgumentError(
            f"spans wait for the store {destination.address}: name it with its credentials in VERSPAN_STORE"
        )
    return StoreDelivery(f"sqlite:///{destination.address}")
