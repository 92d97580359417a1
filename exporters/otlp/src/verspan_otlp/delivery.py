"""Spans on their way out: each with its cost, and every one that is lost counted."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

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

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; what is not taken is lost, and said."""
        delivered = False
        try:
            result = self._exporter.export([with_cost(span) for span in spans])
            delivered = result is SpanExportResult.SUCCESS
        finally:
            if not delivered:
                self._lose(len(spans))
        return result

    def shutdown(self) -> None:
        """Stop sending, and say what was lost in all."""
        self._exporter.shutdown()
        if self.lost:
            _logger.warning("%d spans in all were not delivered to %s", self.lost, self._destination)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the exporter, which holds nothing back."""
        return self._exporter.force_flush(timeout_millis)

    def _lose(self, count: int) -> None:
        self.lost += count
        _logger.warning(
            "%d spans are lost so far: the collector at %s did not take them. %s",
            self.lost,
            self._destination,
            self._remedy,
        )
