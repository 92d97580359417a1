"""What Verspan finds under the name ``otlp``."""

from __future__ import annotations

from opentelemetry.sdk._logs import LogRecordProcessor
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader

from verspan.pipelines import Pipeline
from verspan.settings import Settings
from verspan_otlp.delivery import DeliveringSpanExporter, DeliveringSpanProcessor
from verspan_otlp.environment import OtlpProtocol, Signal, is_sent, protocol_of, traces_address
from verspan_otlp.exporters import otlp_exporter
from verspan_otlp.repeats import tame_exporters

_USUAL_PORTS = {OtlpProtocol.HTTP: ":4318", OtlpProtocol.GRPC: ":4317"}


def build(settings: Settings) -> Pipeline:
    """The pipeline to the collector that OpenTelemetry's variables name.

    Traces are always sent; metrics unless ``OTEL_METRICS_EXPORTER`` says otherwise; events where content is captured on
    them or ``OTEL_LOGS_EXPORTER`` asks for them. Spans carry exceptions, so nothing is lost where events are not sent.
    """
    tame_exporters()
    protocol = protocol_of(Signal.TRACES)
    destination = traces_address(protocol)
    sender = otlp_exporter(Signal.TRACES, protocol)
    exporter = DeliveringSpanExporter(sender, destination, _remedy(protocol, destination))
    return Pipeline(
        destination=destination,
        span_processors=(DeliveringSpanProcessor(exporter),),
        metric_readers=_metric_readers(),
        log_processors=_log_processors(settings),
    )


def _metric_readers() -> tuple[MetricReader, ...]:
    if not is_sent(Signal.METRICS, by_default=True):
        return ()
    return (PeriodicExportingMetricReader(otlp_exporter(Signal.METRICS, protocol_of(Signal.METRICS))),)


def _log_processors(settings: Settings) -> tuple[LogRecordProcessor, ...]:
    if not is_sent(Signal.LOGS, by_default=settings.content.on_events):
        return ()
    return (BatchLogRecordProcessor(otlp_exporter(Signal.LOGS, protocol_of(Signal.LOGS))),)


def _remedy(protocol: OtlpProtocol, destination: str) -> str:
    """What to look at first where a collector takes no spans."""
    for other, port in _USUAL_PORTS.items():
        if other is not protocol and port in destination:
            return f"Port {port[1:]} is usually for {other.value}: set OTEL_EXPORTER_OTLP_PROTOCOL={other.value}."
    return (
        f"Check that it runs and takes {protocol.value}; OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL "
        "say where spans go and how."
    )
