"""How long metrics and events hold up the end of a process."""

from __future__ import annotations

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData

from verspan_otlp.ending import EXIT_S, EndingLogProcessor, EndingMetricReader, ExitTime


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_exit_time() -> None:
    """The time begins when it is first asked for, is shared, and does not go below nothing."""
    clock = _Clock()
    exit_time = ExitTime(clock)
    left = []
    for clock.now in (100.0, 101.5, 103.0):
        left.append(exit_time.left_millis())

    assert left == [EXIT_S * 1000, 500, 0]


class _Metrics(MetricExporter):
    """Remembers what was exported, and how long its end was given."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.given_ms: list[float] = []

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: object) -> MetricExportResult:
        (resource,) = metrics_data.resource_metrics
        self.names += [metric.name for scope in resource.scope_metrics for metric in scope.metrics]
        return MetricExportResult.SUCCESS

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: float) -> None:
        self.given_ms.append(kwargs["timeout"])

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return True


def test_last_metrics() -> None:
    """What was measured is exported at the end, and the exporter has no more than the time that is left."""
    exporter = _Metrics()
    provider = MeterProvider([EndingMetricReader(exporter, ExitTime())], shutdown_on_exit=False)
    provider.get_meter("support").create_counter("asked").add(1)

    provider.shutdown()

    assert exporter.names == ["asked"]
    assert all(given <= EXIT_S * 1000 for given in exporter.given_ms)


def test_last_events() -> None:
    """Events that wait are exported at the end."""
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK left it untyped
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(EndingLogProcessor(exporter, ExitTime()))
    provider.get_logger("support").emit(event_name="asked")

    provider.shutdown()

    assert [finished.log_record.event_name for finished in exporter.get_finished_logs()] == ["asked"]
