"""Spans, metrics and events to any OTLP collector, by OpenTelemetry's own variables.

Verspan uses it by itself where ``OTEL_EXPORTER_OTLP_ENDPOINT`` is set.
"""

from verspan_otlp.pipeline import build, deliver_to

__all__ = ["build", "deliver_to"]
