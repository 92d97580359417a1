"""Spans on their way out: each with its cost, and every one that is lost counted."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from verspan_otlp.cost import with_cost
from verspan_otlp.repeats import tame

_logger = logging.getLogger(__name__)
tame(_logger)


class DeliveringSpanExporter(SpanExporter):
    """Wraps the exporter that sends spans; runs on the batch processor's thread.

    A later issue's spool would stand here: what the collector did not take is known in this one place.
    """

    def __init__(self, exporter: SpanExporter, destination: str, remedy: str) -> None:
        """Wrap an exporter.

        Args:
            exporter: what sends spans, and retries by itself for a while.
            destination: where to, as a person would name it.
            remedy: what to look at where the collector does not take spans, as a sentence.
        """
        self.lost = 0
        """Spans that were not delivered."""
        self._exporter = exporter
        self._destination = destination
        self._remedy = remedy
        self._down = False
        self._ending = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; what is not taken is lost, and said."""
        if not (self._down and self._ending):
            self._down = not self._delivered(spans)
        if self._down:
            self._lose(len(spans))
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def hurry(self) -> None:
        """Try no more once the collector has not taken a batch, since the process is about to end."""
        self._ending = True

    def shutdown(self) -> None:
        """Stop sending, and say what was lost in all."""
        self._exporter.shutdown()
        if self.lost:
            _logger.warning("%d spans in all were not delivered to %s", self.lost, self._destination)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the exporter, which holds nothing back."""
        return self._exporter.force_flush(timeout_millis)

    def _delivered(self, spans: Sequence[ReadableSpan]) -> bool:
        try:
            return self._exporter.export([with_cost(span) for span in spans]) is SpanExportResult.SUCCESS
        except Exception:
            _logger.exception("OpenTelemetry's OTLP exporter failed")
            return False

    def _lose(self, count: int) -> None:
        self.lost += count
        _logger.warning(
            "%d spans are lost so far: the collector at %s did not take them. %s",
            self.lost,
            self._destination,
            self._remedy,
        )


class DeliveringSpanProcessor(BatchSpanProcessor):
    """OpenTelemetry's batch processor, that does not wait at the end of a process for a collector that is down.

    Without it, each of the batches that are left waits for the exporter's timeout, up to half a minute in all.
    """

    def __init__(self, exporter: DeliveringSpanExporter) -> None:
        super().__init__(exporter)
        self._delivery = exporter

    def shutdown(self) -> None:
        """Send what is left, and stop."""
        self._delivery.hurry()
        super().shutdown()  # type: ignore[no-untyped-call]  # the SDK's own method has no annotations
