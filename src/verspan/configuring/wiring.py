"""The SDK's side of setting up: processors into the TracerProvider, exporters behind them.

Imported for the first span, or to join a provider that the application has, which has loaded the SDK by then.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry import metrics
from opentelemetry._logs import get_logger_provider, set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource

from verspan.configuring.exporters import build_pipelines
from verspan.configuring.outlets import LogOutlet, SpanOutlet
from verspan.configuring.own_provider import OwnTracerProvider
from verspan.context import active_version, may_name_version
from verspan.instrumentation import abandoned
from verspan.instrumentation.call_spans import set_call_span_maker
from verspan.pipelines import Pipeline
from verspan.processor import VersionSpanProcessor
from verspan.runtime import Flushable, Runtime
from verspan.semconv import ENV_ACTIVE_MODEL
from verspan.settings import LOCAL_EXPORTER, Settings
from verspan.telemetry.announcing import Announcer
from verspan.telemetry.resource import resource_attributes
from verspan.versions.environment import EnvironmentVersionProcessor
from verspan.versions.registry import configure_announcing

_SECONDS_AT_EXIT = 1.0
_logger = logging.getLogger(__name__)


def make_tracer_provider(naming: Callable[[], object] | None = None) -> OwnTracerProvider:
    """A provider for an application that has none; whoever makes it shuts it down.

    Its resource says what is known of the application (:mod:`verspan.telemetry.resource`); what OpenTelemetry's
    variables say of the same comes before that.

    Args:
        naming: makes a version active where none is, so that the resource can tell of it.
    """
    if naming is not None and active_version() is None and may_name_version():
        naming()
    given = OTELResourceDetector().detect().attributes
    ours = {name: value for name, value in resource_attributes().items() if name not in given}
    return OwnTracerProvider(Resource.create(ours))


class Wiring:
    """What has been put into providers, so that it can be exchanged."""

    def __init__(self, naming: Callable[[], object] | None) -> None:
        """Wire nothing yet.

        Args:
            naming: makes a version active where none is when a span starts; None leaves such spans without.
        """
        self._versions = VersionSpanProcessor(naming)
        self._spans = SpanOutlet()
        self._logs = LogOutlet()
        self._connected: list[Any] = []
        self._meter_provider: MeterProvider | None = None
        self._metrics_ended = False
        self._logger_provider: LoggerProvider | None = None

    def connect(self, provider: Any, settings: Settings, exporters: Sequence[str], *, joined: bool) -> Runtime:
        """Send a provider's spans to these exporters and no others of Verspan's.

        Args:
            provider: a provider of the SDK, or one that takes span processors as the SDK's does.
            settings: what the exporters are set up by.
            exporters: their names.
            joined: whether the provider is the application's own.
        """
        pipelines = build_pipelines(exporters, settings)
        self._attach(provider)
        self._spans.replace([each for pipeline in pipelines.values() for each in pipeline.span_processors])
        self._serve_calls(provider, all(pipeline.takes_supplements for pipeline in pipelines.values()))
        resource = getattr(provider, "resource", None) or Resource.create({})
        self._measure([each for pipeline in pipelines.values() for each in pipeline.metric_readers], resource)
        self._emit([each for pipeline in pipelines.values() for each in pipeline.log_processors], resource)
        # The store of this process has versions' records from the process itself.
        elsewhere = joined or any(name != LOCAL_EXPORTER for name in pipelines)
        configure_announcing(Announcer(provider, tuple(pipelines)) if elsewhere else None)
        others = (None if self._metrics_ended else self._meter_provider, self._logger_provider)
        providers: list[Flushable] = [provider, *(other for other in others if other is not None)]
        return Runtime(settings, _destinations(pipelines), joined, providers, tuple(pipelines))

    def _attach(self, provider: Any) -> None:
        if not any(provider is known for known in self._connected):
            self._connected.append(provider)
            add = provider.add_own if isinstance(provider, OwnTracerProvider) else provider.add_span_processor
            add(self._versions)
            if os.environ.get(ENV_ACTIVE_MODEL):
                add(EnvironmentVersionProcessor())
            add(self._spans)
        # Before a joined provider's own handler, which was registered before this and therefore runs after.
        atexit.unregister(abandoned.wait)
        atexit.register(abandoned.wait, _SECONDS_AT_EXIT)

    def _serve_calls(self, provider: Any, takes_supplements: bool) -> None:  # noqa: FBT001 - the one question
        """Make the spans of calls ourselves as long as nobody but Verspan reads what the provider makes."""
        if takes_supplements and isinstance(provider, OwnTracerProvider) and not provider.read_by_others:
            provider.tell_when_read_by_others(lambda: set_call_span_maker(None))
            set_call_span_maker(provider.call_spans())
        else:
            set_call_span_maker(None)

    def _measure(self, readers: Sequence[MetricReader], resource: Resource) -> None:
        """Have metrics read, unless the application has a MeterProvider of its own.

        The SDK lets readers be given to a provider once: those that come later go again, and metrics stay with the
        first ones until nothing is to read them any more.
        """
        if not readers:
            self._end_metrics()
        elif self._meter_provider is None and not isinstance(metrics.get_meter_provider(), MeterProvider):
            self._meter_provider = MeterProvider(readers, resource)
            metrics.set_meter_provider(self._meter_provider)
        else:
            # A reader has a thread from the start, and complains when it stops without ever having had a provider.
            MeterProvider(readers, shutdown_on_exit=False).shutdown()
            if self._metrics_ended:
                _logger.warning("Metrics are not sent: they were switched off before, and come back when restarted.")

    def _end_metrics(self) -> None:
        if self._meter_provider is not None and not self._metrics_ended:
            self._metrics_ended = True
            self._meter_provider.shutdown()

    def _emit(self, processors: Sequence[LogRecordProcessor], resource: Resource) -> None:
        """Have events go to these processors, unless the application has a LoggerProvider of its own."""
        if processors and self._logger_provider is None and not isinstance(get_logger_provider(), LoggerProvider):
            self._logger_provider = LoggerProvider(resource)
            self._logger_provider.add_log_record_processor(self._logs)
            set_logger_provider(self._logger_provider)
        self._logs.replace(processors)


def _destinations(pipelines: dict[str, Pipeline]) -> tuple[str, ...]:
    return tuple(pipeline.destination for pipeline in pipelines.values())
