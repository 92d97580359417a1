"""One call that wires provider, processor and exporters; calling it again changes what was set."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from opentelemetry import metrics, trace
from opentelemetry._logs import get_logger_provider, set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.environment_variables import OTEL_RESOURCE_ATTRIBUTES, OTEL_SDK_DISABLED, OTEL_SERVICE_NAME
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider

from verspan.context import current_experiment
from verspan.errors import InvalidArgumentError
from verspan.instrumentation import abandoned
from verspan.instrumentation.policy import Policy, set_policy
from verspan.pipelines import ENTRY_POINT_GROUP, Pipeline, PipelineBuilder
from verspan.processor import VersionSpanProcessor
from verspan.runtime import Runtime, current_runtime, set_runtime
from verspan.settings import ContentMode, MetricDialect, Settings, resolve_settings
from verspan.versions.identity import DEFAULT_EXPERIMENT
from verspan.versions.registry import configure_recording

_logger = logging.getLogger(__name__)
_LOCAL = "local"
_OTLP = "otlp"
_SECONDS_AT_EXIT = 1.0


class _Outlet(SpanProcessor):
    """Passes ended spans to the pipelines of the moment; a provider gives no way to take a processor out again."""

    def __init__(self) -> None:
        self.processors: tuple[SpanProcessor, ...] = ()

    def on_start(self, span: Span, parent_context: object = None) -> None:
        for processor in self.processors:
            processor.on_start(span, parent_context)  # type: ignore[arg-type]  # a Context, by the SDK's own contract

    def on_end(self, span: ReadableSpan) -> None:
        for processor in self.processors:
            processor.on_end(span)

    def shutdown(self) -> None:
        for processor in self.processors:
            processor.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        flushed = [processor.force_flush(timeout_millis) for processor in self.processors]
        return all(flushed)


class _State:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.outlet: _Outlet | None = None
        self.provider: trace.TracerProvider | None = None


_state = _State()


def configure(
    *,
    store: str | os.PathLike[str] | None = None,
    exporters: Sequence[str] | None = None,
    content: ContentMode | str | None = None,
    metric_dialect: MetricDialect | str | None = None,
) -> Settings:
    """Set up tracing: join the application's TracerProvider, or make one where there is none.

    ``autolog()`` calls it without arguments; call it before to choose. A later call with arguments replaces what was
    chosen before, spans that have ended are still written where they were meant to go.

    Args:
        store: a path or a URL such as ``sqlite:///traces.db``; by default ``VERSPAN_STORE``, else
            ``.verspan/verspan.db`` at the repository's root.
        exporters: where spans go, such as ``["local", "otlp"]``; by default ``VERSPAN_EXPORTERS``, else ``otlp`` where
            an OTLP endpoint is set, else ``local``. Where the application has its own provider and an endpoint is set,
            its own exporter sends the spans and none is added.
        content: where messages, inputs and outputs may go (:class:`~verspan.settings.ContentMode`).
        metric_dialect: ``"1.41"`` or ``"dev"`` (:class:`~verspan.settings.MetricDialect`).

    Returns:
        The settings in force.

    Raises:
        InvalidArgumentError: an argument is none of the values it may have, or no installed package provides an
            exporter of that name. An exporter that the environment names and that is not there is logged instead.
    """
    chosen = (store, exporters, content, metric_dialect) != (None, None, None, None)
    with _state.lock:
        runtime = current_runtime()
        if runtime is not None and not chosen:
            return runtime.settings
        settings = resolve_settings(store=store, exporters=exporters, content=content, metric_dialect=metric_dialect)
        if os.environ.get(OTEL_SDK_DISABLED, "").strip().lower() == "true":
            set_runtime(Runtime(settings))
            configure_recording(None)
            return settings
        return _set_up(settings, strict=exporters is not None)


def _set_up(settings: Settings, *, strict: bool) -> Settings:
    provider, joined = _tracer_provider()
    names = _left_to_us(settings, joined=joined)
    pipelines = [pipeline for name in names if (pipeline := _build(name, settings, strict=strict)) is not None]
    local = _LOCAL in names
    set_policy(Policy(settings.content, local, settings.metric_dialect))
    configure_recording(settings.store_url if local else None)
    _send_to(provider, pipelines)
    others = _metric_and_log_providers(pipelines, provider.resource)
    destinations = tuple(pipeline.destination for pipeline in pipelines)
    set_runtime(Runtime(settings, destinations, joined, (provider, *others)))
    return settings


def _tracer_provider() -> tuple[TracerProvider, bool]:
    existing = trace.get_tracer_provider()
    if isinstance(existing, TracerProvider):
        return existing, existing is not _state.provider
    made = TracerProvider(resource=_resource())
    trace.set_tracer_provider(made)
    _state.provider = made
    return made, False


def _resource() -> Resource:
    named = os.environ.get(OTEL_SERVICE_NAME) or f"{SERVICE_NAME}=" in os.environ.get(OTEL_RESOURCE_ATTRIBUTES, "")
    experiment = current_experiment()
    # An experiment is the application that versions belong to, which says more in Jaeger than "unknown_service".
    return Resource.create({} if named or experiment == DEFAULT_EXPERIMENT else {SERVICE_NAME: experiment})


def _left_to_us(settings: Settings, *, joined: bool) -> tuple[str, ...]:
    if joined and not settings.exporters_chosen:
        return tuple(name for name in settings.exporters if name != _OTLP)
    return settings.exporters


def _build(name: str, settings: Settings, *, strict: bool) -> Pipeline | None:
    found: list[EntryPoint] = list(entry_points(group=ENTRY_POINT_GROUP, name=name))
    if not found:
        known = sorted(entry_point.name for entry_point in entry_points(group=ENTRY_POINT_GROUP))
        message = (
            f"no installed package provides the exporter {name!r} (there are: {', '.join(known) or 'none'}): "
            f"pip install 'verspan[{name}]'"
        )
        if strict:
            raise InvalidArgumentError(message)
        _logger.warning("Verspan: %s. Spans do not go there.", message)
        return None
    builder: PipelineBuilder = found[0].load()
    return builder(settings)


def _send_to(provider: TracerProvider, pipelines: Sequence[Pipeline]) -> None:
    processors = tuple(processor for pipeline in pipelines for processor in pipeline.span_processors)
    outlet = _state.outlet
    if outlet is None:
        outlet = _state.outlet = _Outlet()
        provider.add_span_processor(VersionSpanProcessor())
        provider.add_span_processor(outlet)
        # After the provider's own exit handler was registered, so before it runs.
        atexit.register(abandoned.wait, _SECONDS_AT_EXIT)
    replaced, outlet.processors = outlet.processors, processors
    for processor in replaced:
        processor.shutdown()


def _metric_and_log_providers(
    pipelines: Sequence[Pipeline], resource: Resource
) -> tuple[MeterProvider | LoggerProvider, ...]:
    """Providers of ours for what the pipelines carry, where the application has none of its own."""
    readers = [reader for pipeline in pipelines for reader in pipeline.metric_readers]
    log_processors = [processor for pipeline in pipelines for processor in pipeline.log_processors]
    made: list[MeterProvider | LoggerProvider] = []
    if readers and not isinstance(metrics.get_meter_provider(), MeterProvider):
        meter_provider = MeterProvider(readers, resource)
        metrics.set_meter_provider(meter_provider)
        made.append(meter_provider)
    if log_processors and not isinstance(get_logger_provider(), LoggerProvider):
        logger_provider = LoggerProvider(resource)
        for processor in log_processors:
            logger_provider.add_log_record_processor(processor)
        set_logger_provider(logger_provider)
        made.append(logger_provider)
    return tuple(made)
