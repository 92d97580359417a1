"""The tracer, meter and logger of one instrumentor, so that telemetry carries its name as instrumentation scope."""

from __future__ import annotations

from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry._logs import Logger, LoggerProvider, get_logger
from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.trace import Tracer, TracerProvider

from verspan.instrumentation.call_spans import Scope
from verspan.instrumentation.metrics import CallMetrics
from verspan.instrumentation.operation_metrics import OperationMetrics

SCHEMA_URL = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev"
"""The schema that the GenAI conventions' own manifest names."""


@dataclass(frozen=True)
class Telemetry:
    """Where the spans, measurements and events of one instrumentor go."""

    tracer: Tracer
    metrics: CallMetrics
    operations: OperationMetrics
    logger: Logger
    scope: Scope | None = None
    """The scope of spans that the process's maker of call spans may make; None where a provider was named."""

    @classmethod
    def for_scope(
        cls,
        name: str,
        version: str,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        logger_provider: LoggerProvider | None = None,
    ) -> Telemetry:
        """Telemetry of one instrumentation scope; providers that are None are the process's own, now or later set."""
        meter = get_meter(name, version, meter_provider, SCHEMA_URL)
        return cls(
            tracer=trace.get_tracer(name, version, tracer_provider, SCHEMA_URL),
            metrics=CallMetrics(meter, meter_provider),
            operations=OperationMetrics(meter),
            logger=get_logger(name, version, logger_provider, SCHEMA_URL),
            scope=Scope(name, version, SCHEMA_URL) if tracer_provider is None else None,
        )
