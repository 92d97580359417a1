"""The span processor that hands ended spans, and the content that belongs to them, to the background."""

from __future__ import annotations

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from verspan.instrumentation.handover import supplement_of_ending_span
from verspan_local.background import BackgroundWriter


class LocalSpanProcessor(SpanProcessor):
    """Keeps every sampled span in a store, whoever made it."""

    def __init__(self, store_url: str) -> None:
        self._writer = BackgroundWriter(store_url)

    def on_end(self, span: ReadableSpan) -> None:
        """Take a span on the thread that ended it; see :mod:`verspan.instrumentation.handover`."""
        context = span.context
        if context is not None and context.trace_flags.sampled:
            self._writer.add(span, supplement_of_ending_span())

    def shutdown(self) -> None:
        """Store what waits, within ten seconds, and stop."""
        self._writer.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Store what waits; False where the store did not take it or the time, in milliseconds, was up."""
        return self._writer.flush(timeout_millis / 1000)
