"""The exporter for an application that sets up OpenTelemetry itself: ``OTEL_TRACES_EXPORTER=verspan``."""

from __future__ import annotations

import os
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from verspan.settings import store_url
from verspan_local.background import BackgroundWriter

_EXPORT_TIMEOUT_S = 10.0


class LocalSpanExporter(SpanExporter):
    """Keeps spans in a store.

    It sees only what is on the span: content that may be kept locally and nowhere else reaches the store through
    :class:`~verspan_local.processor.LocalSpanProcessor` alone.
    """

    def __init__(self, store: str | os.PathLike[str] | None = None) -> None:
        """Make an exporter.

        Args:
            store: a path or a URL; else ``VERSPAN_STORE``; else ``.verspan/verspan.db`` at the repository's root.
        """
        self._writer = BackgroundWriter(store_url(store))

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Store spans; those that are not stored within ten seconds are tried again later, and FAILURE is returned."""
        for span in spans:
            self._writer.add(span, None)
        return SpanExportResult.SUCCESS if self._writer.flush(_EXPORT_TIMEOUT_S) else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Store what waits, within ten seconds, and stop."""
        self._writer.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Store what waits; False where the store did not take it or the time, in milliseconds, was up."""
        return self._writer.flush(timeout_millis / 1000)
