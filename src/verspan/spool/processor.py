"""The span processor that puts ended spans, and what belongs to them, into a spool."""

from __future__ import annotations

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import TraceFlags

from verspan.instrumentation.handover import supplement_of_ending_span
from verspan.spool.spool import Spool

_FLAGS = 3  # where a context has them; by their name it takes two calls


class SpoolingSpanProcessor(SpanProcessor):
    """Keeps every sampled span on disk until its destination has it, whoever made it."""

    def __init__(self, spool: Spool) -> None:
        """Make a processor of a spool, to which nothing is written before the first span."""
        self._spool = spool

    def on_end(self, span: ReadableSpan) -> None:
        """Write a span on the thread that ended it; see :mod:`verspan.instrumentation.handover`."""
        context = span.context
        if context is not None and context[_FLAGS] & TraceFlags.SAMPLED:
            self._spool.add(span, supplement_of_ending_span())

    def shutdown(self) -> None:
        """Deliver what waits, within the time that an end may take, and stop; what is not delivered stays on disk."""
        self._spool.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Deliver what waits; False where the destination did not take it or the time, in milliseconds, was up."""
        return self._spool.flush(timeout_millis / 1000)
