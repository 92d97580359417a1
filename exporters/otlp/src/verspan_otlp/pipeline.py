"""What Verspan finds under the name ``otlp``."""

from __future__ import annotations

from functools import partial

from opentelemetry.sdk._logs import LogRecordProcessor
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.trace import SpanProcessor

from verspan.errors import InvalidArgumentError
from verspan.pipelines import Pipeline
from verspan.settings import OTLP_EXPORTER, Settings, spool_folder
from verspan.spool.delivery import Delivery, Destination
from verspan.spool.processor import SpoolingSpanProcessor
from verspan.spool.spool import Spool
from verspan_otlp.connection import Connection, connection_for_traces
from verspan_otlp.delivery import OtlpDelivery, make_sender
from verspan_otlp.ending import EndingLogProcessor, EndingMetricReader, ExitTime
from verspan_otlp.environment import OtlpProtocol, Signal, is_sent, protocol_of
from verspan_otlp.exporters import otlp_exporter
from verspan_otlp.repeats import tame_exporters
from verspan_otlp.sampling import TailSampling, tail_sampling_from_environment
from verspan_otlp.sampling_delivery import TailSamplingDelivery
from verspan_otlp.trace_watch import TraceWatch

_USUAL_PORTS = {OtlpProtocol.HTTP: ":4318", OtlpProtocol.GRPC: ":4317"}


def build(settings: Settings) -> Pipeline:
    """The pipeline to the collector that OpenTelemetry's variables name.

    Traces are always sent; metrics unless ``OTEL_METRICS_EXPORTER`` says otherwise; events where content is captured on
    them or ``OTEL_LOGS_EXPORTER`` asks for them. Spans carry exceptions, so nothing is lost where events are not sent.
    """
    tame_exporters()
    protocol = protocol_of(Signal.TRACES)
    connection = connection_for_traces(protocol)
    exit_time = ExitTime()
    return Pipeline(
        destination=connection.destination,
        span_processors=_span_processors(settings, protocol, connection),
        metric_readers=_metric_readers(exit_time),
        log_processors=_log_processors(settings, exit_time),
    )


def deliver_to(destination: Destination, settings: Settings) -> Delivery:  # noqa: ARG001 - the builder's signature
    """A delivery of what some process left for a collector, by the variables of this one.

    Raises:
        InvalidArgumentError: they name another collector.
    """
    protocol = protocol_of(Signal.TRACES)
    connection = connection_for_traces(protocol)
    if connection.destination != destination.address:
        raise InvalidArgumentError(
            f"spans for {destination.address} wait, and this environment sends to {connection.destination}: set "
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to that address, and the protocol and headers that go with it"
        )
    return _delivery(protocol, connection, tail_sampling_from_environment(), TraceWatch())


def _span_processors(settings: Settings, protocol: OtlpProtocol, connection: Connection) -> tuple[SpanProcessor, ...]:
    sampling, watch = tail_sampling_from_environment(), TraceWatch()
    destination = Destination(OTLP_EXPORTER, connection.destination)
    make_delivery = partial(_delivery, protocol, connection, sampling, watch)
    spooling = SpoolingSpanProcessor(
        Spool(spool_folder(settings.store_url), destination, make_delivery, keeps_content=False)
    )
    return (watch, spooling) if sampling is not None else (spooling,)


def _delivery(
    protocol: OtlpProtocol, connection: Connection, sampling: TailSampling | None, watch: TraceWatch
) -> Delivery:
    connect = partial(make_sender, protocol, connection)
    delivery = OtlpDelivery(connect, connection.timeout_s, _hint(protocol, connection.destination))
    return TailSamplingDelivery(delivery, sampling, watch) if sampling is not None else delivery


def _metric_readers(exit_time: ExitTime) -> tuple[MetricReader, ...]:
    if not is_sent(Signal.METRICS, by_default=True):
        return ()
    return (EndingMetricReader(otlp_exporter(Signal.METRICS, protocol_of(Signal.METRICS)), exit_time),)


def _log_processors(settings: Settings, exit_time: ExitTime) -> tuple[LogRecordProcessor, ...]:
    if not is_sent(Signal.LOGS, by_default=settings.content.on_events):
        return ()
    return (EndingLogProcessor(otlp_exporter(Signal.LOGS, protocol_of(Signal.LOGS)), exit_time),)


def _hint(protocol: OtlpProtocol, destination: str) -> str:
    """What to look at first where a collector takes no spans."""
    for other, port in _USUAL_PORTS.items():
        if other is not protocol and port in destination:
            return f"port {port[1:]} is usually for {other.value}: set OTEL_EXPORTER_OTLP_PROTOCOL={other.value}"
    return ""
