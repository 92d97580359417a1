"""The exporter for an application that sets up OpenTelemetry itself: ``OTEL_TRACES_EXPORTER=verspan``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from verspan.settings import spool_folder, store_url
from verspan.spool.spool import Spool
from verspan_local.delivery import StoreDelivery
from verspan_local.destination import STORE_BOUNDS, destination_of

_EXPORT_TIMEOUT_S = 10.0


class LocalSpanExporter(SpanExporter):
    """Keeps spans in a store.

    It sees only what is on the span: content that may be kept locally and nowhere else reaches the store through
    :class:`~verspan_local.processor.LocalSpanProcessor` alone, which also has spans on disk as soon as they end.
    """

    def __init__(self, store: str | os.PathLike[str] | None = None) -> None:
        """Make an exporter.

        Args:
            store: a path or a URL; else ``VERSPAN_STORE``; else ``.verspan/verspan.db`` at the repository's root.
        """
        url = store_url(store)
        self._spool = Spool(
            spool_folder(url), destination_of(url), partial(StoreDelivery, url), keeps_content=True, bounds=STORE_BOUNDS
        )

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Store spans; those that are not stored within ten seconds stay on disk for later, and FAILURE is returned."""
        for span in spans:
            self._spool.add(span, None)
        return SpanExportResult.SUCCESS if self._spool.flush(_EXPORT_TIMEOUT_S) else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Store what waits, within ten seconds, and stop."""
        self._spool.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Store what waits; False where the store did not take it or the time, in milliseconds, was up."""
        return self._spool.flush(timeout_millis / 1000)
