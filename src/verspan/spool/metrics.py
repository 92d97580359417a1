"""What OpenTelemetry's own exporters and processors say of themselves as metrics, said of a spool.

Names, units and meaning: https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/.
"""

from __future__ import annotations

from itertools import count

from opentelemetry.metrics import get_meter

from verspan.semconv import (
    ERROR_TYPE,
    METRIC_SDK_SPAN_EXPORTED,
    METRIC_SDK_SPAN_INFLIGHT,
    METRIC_SDK_SPAN_PROCESSED,
    METRIC_SDK_SPAN_QUEUE_SIZE,
    OTEL_COMPONENT_NAME,
    OTEL_COMPONENT_TYPE,
)

_TYPE = "verspan.spool.processor.SpoolingSpanProcessor"
_QUEUE_FULL = "queue_full"
_REJECTED = "rejected"
_UNIT = "{span}"
_instances = count()
_meter = get_meter("verspan.spool")  # once: a provider that has been shut down complains when it is asked again


class SpoolMetrics:
    """The instruments of one processor."""

    def __init__(self) -> None:
        self._component = {OTEL_COMPONENT_TYPE: _TYPE, OTEL_COMPONENT_NAME: f"{_TYPE}/{next(_instances)}"}
        self._exported = _meter.create_counter(
            METRIC_SDK_SPAN_EXPORTED, _UNIT, "Spans for which the export has finished."
        )
        self._inflight = _meter.create_up_down_counter(
            METRIC_SDK_SPAN_INFLIGHT, _UNIT, "Spans that are being exported."
        )
        self._processed = _meter.create_counter(
            METRIC_SDK_SPAN_PROCESSED, _UNIT, "Spans for which the processing has finished."
        )
        self._queue_size = _meter.create_up_down_counter(METRIC_SDK_SPAN_QUEUE_SIZE, _UNIT, "Spans that wait.")
        self._queued = 0

    def exporting(self, spans: int) -> None:
        """So many more are with the destination; fewer where the number is negative."""
        self._inflight.add(spans, self._component)

    def exported(self, delivered: int, refused: int, sampled_out: int = 0) -> None:
        """The destination has answered for a batch, or what was left out of it was all there was."""
        self._processed.add(delivered + refused + sampled_out, self._component)
        self._exported.add(delivered, self._component)
        if refused:
            self._exported.add(refused, {**self._component, ERROR_TYPE: _REJECTED})

    def dropped(self, spans: int) -> None:
        """So many were dropped before the destination had them."""
        self._processed.add(spans, {**self._component, ERROR_TYPE: _QUEUE_FULL})

    def queued(self, spans: int) -> None:
        """So many wait now."""
        self._queue_size.add(spans - self._queued, self._component)
        self._queued = spans
