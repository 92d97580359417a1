"""The span processor that puts ended spans, and what belongs to them, into a spool."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from verspan.instrumentation.handover import supplement_of_ending_span
from verspan.spool.bounds import Bounds
from verspan.spool.delivery import Delivery, Destination
from verspan.spool.spool import Spool

_BOUNDS = Bounds()


class SpoolingSpanProcessor(SpanProcessor):
    """Keeps every sampled span on disk until its destination has it, whoever made it."""

    def __init__(
        self,
        folder: Path,
        destination: Destination,
        make_delivery: Callable[[], Delivery],
        *,
        keeps_content: bool,
        bounds: Bounds = _BOUNDS,
    ) -> None:
        """Make a processor; nothing is written before the first span.

        Args:
            folder: the folder of all destinations; see :func:`verspan.settings.spool_folder`.
            destination: where spans go.
            make_delivery: makes what takes them there, on the spool's own thread, anew in a forked child.
            keeps_content: whether content that may go nowhere but to the local store is kept.
            bounds: how much may wait, and for how long.
        """
        self._spool = Spool(folder, destination, make_delivery, keeps_content=keeps_content, bounds=bounds)

    def on_end(self, span: ReadableSpan) -> None:
        """Write a span on the thread that ended it; see :mod:`verspan.instrumentation.handover`."""
        context = span.context
        if context is not None and context.trace_flags.sampled:
            self._spool.add(span, supplement_of_ending_span())

    def shutdown(self) -> None:
        """Deliver what waits, within the time that an end may take, and stop; what is not delivered stays on disk."""
        self._spool.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Deliver what waits; False where the destination did not take it or the time, in milliseconds, was up."""
        return self._spool.flush(timeout_millis / 1000)
