"""For tests of applications and of instrumentors: spans captured in memory, with ids that are the same on every run.

::

    def test_the_agent_asks_once():
        with verspan.testing.capture_spans() as captured:
            answer("Where is my parcel?", tracer_provider=captured.provider)
        assert [span.name for span in captured.spans()] == ["chat gpt-4o-mini"]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, Metric
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Sampler

from verspan.instrumentation import abandoned
from verspan.instrumentation.handover import Supplement, supplement_of_ending_span
from verspan.instrumentation.policy import Policy, current_policy, set_policy
from verspan.processor import VersionSpanProcessor
from verspan.settings import ContentMode, MetricDialect

_SECONDS_FOR_ABANDONED = 5.0


class SequentialIds(IdGenerator):
    """Trace and span ids that count up from one."""

    def __init__(self) -> None:
        self._traces = self._spans = 0

    def generate_trace_id(self) -> int:
        """The next trace id."""
        self._traces += 1
        return self._traces

    def generate_span_id(self) -> int:
        """The next span id."""
        self._spans += 1
        return self._spans

    def is_trace_id_random(self) -> bool:
        """Counting is not random, and the trace flags say so."""
        return False


@dataclass(frozen=True)
class CapturedSpan:
    """A span that has ended: everything that is the same on every run, and the content handed over beside it."""

    name: str
    kind: str
    parent: str | None
    """The name of its parent, or None where it is a root."""
    status: tuple[str, str | None]
    """Code and description."""
    attributes: Mapping[str, Any]
    events: Sequence[tuple[str, Mapping[str, Any]]]
    scope: str
    content: Mapping[str, str]
    """What only a local store would have kept, by attribute name."""


class CapturedTelemetry(SpanProcessor):
    """Providers that keep what they are given in memory."""

    def __init__(self, sampler: Sampler | None) -> None:
        self.provider = TracerProvider(sampler=sampler, id_generator=SequentialIds(), shutdown_on_exit=False)
        self._reader = InMemoryMetricReader()
        self.meter_provider = MeterProvider([self._reader], shutdown_on_exit=False)
        self._logs = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK left it untyped
        self.logger_provider = LoggerProvider(shutdown_on_exit=False)
        self.logger_provider.add_log_record_processor(SimpleLogRecordProcessor(self._logs))
        self._started: dict[int, str] = {}
        self._ended: list[tuple[ReadableSpan, Supplement | None]] = []
        self.provider.add_span_processor(VersionSpanProcessor())
        self.provider.add_span_processor(self)

    @property
    def providers(self) -> dict[str, Any]:
        """The three providers, as an instrumentor's ``instrument`` takes them."""
        return {
            "tracer_provider": self.provider,
            "meter_provider": self.meter_provider,
            "logger_provider": self.logger_provider,
        }

    def on_start(self, span: Span, parent_context: object = None) -> None:  # noqa: ARG002 - the SDK's signature
        """Remember a span's name, for its children to name it."""
        self._started[span.get_span_context().span_id] = span.name

    def on_end(self, span: ReadableSpan) -> None:
        """Keep a span and its content."""
        self._ended.append((span, supplement_of_ending_span()))

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - the SDK's signature
        """Nothing is held: True, without which older SDKs would not go on to flush the processors after this one."""
        return True

    def spans(self) -> list[CapturedSpan]:
        """The spans that have ended, in that order, those of abandoned streams included."""
        abandoned.wait(_SECONDS_FOR_ABANDONED)
        return [self._captured(span, supplement) for span, supplement in self._ended]

    def unfinished(self) -> int:
        """How many spans have started and not ended."""
        abandoned.wait(_SECONDS_FOR_ABANDONED)
        return len(self._started) - len(self._ended)

    def metrics(self) -> dict[str, Metric]:
        """What was measured, by the metric's name."""
        data = self._reader.get_metrics_data()
        resources = data.resource_metrics if data is not None else ()
        scopes = [scope for resource in resources for scope in resource.scope_metrics]
        return {metric.name: metric for scope in scopes for metric in scope.metrics}

    def events(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The log events, by name, with their attributes."""
        records = [finished.log_record for finished in self._logs.get_finished_logs()]
        return [(record.event_name or "", dict(record.attributes or {})) for record in records]

    def _captured(self, span: ReadableSpan, supplement: Supplement | None) -> CapturedSpan:
        scope = span.instrumentation_scope
        late = supplement.attributes() if supplement is not None else {}
        kept = supplement.content() if supplement is not None else {}
        return CapturedSpan(
            name=span.name,
            kind=span.kind.name,
            parent=None if span.parent is None else self._started.get(span.parent.span_id, "(elsewhere)"),
            status=(span.status.status_code.name, span.status.description),
            attributes={**(span.attributes or {}), **late},
            events=[(event.name, dict(event.attributes or {})) for event in span.events],
            scope="" if scope is None else scope.name,
            content={key: text.decode() if isinstance(text, bytes) else text for key, text in kept.items()},
        )


@contextmanager
def capture_spans(
    *,
    content: ContentMode = ContentMode.LOCAL,
    metric_dialect: MetricDialect = MetricDialect.V1_41,
    sampler: Sampler | None = None,
) -> Iterator[CapturedTelemetry]:
    """Capture telemetry in memory, under a content policy of its own, as though a local store kept the content.

    Args:
        content: where content may go.
        metric_dialect: which names metrics have.
        sampler: the sampler of the provider; all spans are sampled where it is None.
    """
    before = current_policy()
    set_policy(Policy(content, local=True, metric_dialect=metric_dialect))
    captured = CapturedTelemetry(sampler)
    try:
        yield captured
    finally:
        abandoned.wait(_SECONDS_FOR_ABANDONED)
        set_policy(before)
        captured.provider.shutdown()
        captured.meter_provider.shutdown()
        captured.logger_provider.shutdown()
