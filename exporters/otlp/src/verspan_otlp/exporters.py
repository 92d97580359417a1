"""OpenTelemetry's own exporters of metrics and events; only those that are used are imported, since gRPC is heavy."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from verspan_otlp.environment import OtlpProtocol, Signal

_PACKAGES = {
    OtlpProtocol.HTTP: "opentelemetry.exporter.otlp.proto.http",
    OtlpProtocol.GRPC: "opentelemetry.exporter.otlp.proto.grpc",
}
_CLASSES = {
    Signal.METRICS: ("metric_exporter", "OTLPMetricExporter"),
    Signal.LOGS: ("_log_exporter", "OTLPLogExporter"),
}


def otlp_exporter(signal: Signal, protocol: OtlpProtocol) -> Any:
    """A MetricExporter or LogRecordExporter that reads the environment for everything else."""
    module, name = _CLASSES[signal]
    return getattr(import_module(f"{_PACKAGES[protocol]}.{module}"), name)()
