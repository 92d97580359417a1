"""Ended spans into a Verspan store, by default the one in the repository's ``.verspan`` folder.

Verspan uses it by itself where no OTLP endpoint is set. Without Verspan's own set-up, ``OTEL_TRACES_EXPORTER=verspan``
or an exporter made by hand does the same for any application that is traced with OpenTelemetry::

    provider.add_span_processor(LocalSpanProcessor("sqlite:///traces.db"))
"""

from verspan_local.exporter import LocalSpanExporter
from verspan_local.pipeline import build
from verspan_local.processor import LocalSpanProcessor

__all__ = ["LocalSpanExporter", "LocalSpanProcessor", "build"]
