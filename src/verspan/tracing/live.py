"""A span that the application made by hand."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec

from opentelemetry import trace as otel_trace
from opentelemetry.context import Context, create_key, get_current, get_value, set_value
from opentelemetry.trace import (
    NonRecordingSpan,
    ProxyTracerProvider,
    Span,
    Status,
    StatusCode,
    Tracer,
    TracerProvider,
    format_span_id,
    format_trace_id,
    set_span_in_context,
)

from verspan import semconv
from verspan.instrumentation import abandoned
from verspan.instrumentation.failures import error_type, record_failure
from verspan.instrumentation.guard import report
from verspan.instrumentation.handover import ReadyContent, end_span
from verspan.instrumentation.policy import current_policy
from verspan.instrumentation.serialising import to_json
from verspan.redaction.active import content_text, redacted_attributes, redacted_text

UNKNOWN = "UNKNOWN"
_LIVE = create_key("verspan.live_span")
_SCOPE = "verspan"
_P = ParamSpec("_P")
_logger = logging.getLogger(__name__)


@functools.lru_cache(maxsize=1)  # the SDK takes as long to look a tracer up as to make a span
def _tracer_of(provider: TracerProvider) -> Tracer:
    return provider.get_tracer(_SCOPE)


@functools.lru_cache(maxsize=1)  # once, since it has either worked by then or will not
def _set_up() -> None:
    from verspan.configuring import configure

    configure()


def _never_raising(
    method: Callable[Concatenate[LiveSpan, _P], None],
) -> Callable[Concatenate[LiveSpan, _P], None]:
    """A method whose errors are reported instead: what is said about the application must not end it."""

    @functools.wraps(method)
    def guarded(live: LiveSpan, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            method(live, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - a value that cannot be written down costs the span that value
            report(error, f"calling {method.__name__} of a span")

    return guarded


class LiveSpan:
    """A span that is under way, with MLflow's methods over an OpenTelemetry span.

    Inputs and outputs are content: they go where the content policy lets them go. What is kept locally alone is kept
    with spans that Verspan has made; on the span of another instrumentation inputs and outputs stay only where content
    may be on spans. None of the methods raises.
    """

    def __init__(self, span: Span, context: Context, *, owned: bool) -> None:
        self._span = span
        self._owned = owned
        self._open = owned
        self._content: dict[str, bytes] = {}
        self._dropped: tuple[int, BaseException | None] | None = None
        self.context = set_value(_LIVE, self, context)
        """The OpenTelemetry context in which this span is the current one."""

    @classmethod
    def start(cls, name: str, span_type: str = UNKNOWN, attributes: Mapping[str, Any] | None = None) -> LiveSpan:
        """Start a span as a child of the current one; attach :attr:`context` to make it current."""
        parent = get_current()
        try:
            given = dict(attributes or {})
            if span_type != UNKNOWN:
                given[semconv.VERSPAN_SPAN_TYPE] = span_type
            provider = otel_trace.get_tracer_provider()
            if isinstance(provider, ProxyTracerProvider):
                _set_up()
                provider = otel_trace.get_tracer_provider()
            span = _tracer_of(provider).start_span(redacted_text(name), parent, attributes=redacted_attributes(given))
        except Exception as error:  # noqa: BLE001 - a sampler or a processor of somebody else's may raise
            report(error, "starting a span")
            span = NonRecordingSpan(otel_trace.get_current_span(parent).get_span_context())
        return cls(span, set_span_in_context(span, parent), owned=True)

    @property
    def trace_id(self) -> str:
        """The trace's id, 32 hexadecimal digits."""
        return format_trace_id(self._span.get_span_context().trace_id)

    @property
    def span_id(self) -> str:
        """The span's id, 16 hexadecimal digits."""
        return format_span_id(self._span.get_span_context().span_id)

    @property
    def otel_span(self) -> Span:
        """The OpenTelemetry span underneath."""
        return self._span

    @property
    def captures_content(self) -> bool:
        """Whether inputs and outputs would go anywhere; where not, none need be put together."""
        policy = current_policy()
        return policy.captures and (self._owned or policy.on_spans) and self._span.is_recording()

    @_never_raising
    def set_inputs(self, inputs: Any) -> None:
        """Record what went in, as JSON; usually a mapping of argument names to values."""
        if self.captures_content:
            self._keep(semconv.VERSPAN_INPUTS, to_json(inputs))

    @_never_raising
    def set_outputs(self, outputs: Any) -> None:
        """Record what came out, as JSON."""
        if self.captures_content:
            self._keep(semconv.VERSPAN_OUTPUTS, to_json(outputs))

    @_never_raising
    def set_outputs_json(self, outputs: bytes) -> None:
        """Record what came out, where it has been written as JSON already."""
        if self.captures_content:
            self._keep(semconv.VERSPAN_OUTPUTS, outputs)

    @_never_raising
    def set_attribute(self, key: str, value: Any) -> None:
        """Set one attribute; it is not content, and goes wherever spans go."""
        self._span.set_attributes(redacted_attributes({key: value}))

    @_never_raising
    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set several attributes."""
        self._span.set_attributes(redacted_attributes(dict(attributes)))

    @_never_raising
    def set_span_type(self, span_type: str) -> None:
        """Say what kind of step this is, such as ``"TOOL"`` or ``"RETRIEVER"``."""
        self._span.set_attribute(semconv.VERSPAN_SPAN_TYPE, span_type)

    @_never_raising
    def set_status(self, status: str | StatusCode, description: str | None = None) -> None:
        """Set the status: ``"OK"``, ``"ERROR"`` or ``"UNSET"``; what else is given is logged and changes nothing.

        Args:
            status: the status, in whatever case.
            description: what went wrong; only an error has one.
        """
        name = status.name if isinstance(status, StatusCode) else status.upper()
        if name not in StatusCode.__members__:
            _logger.warning("a span's status is one of %s, and not %r", ", ".join(StatusCode.__members__), status)
            return
        code = StatusCode[name]
        told = redacted_text(description) if description and code is StatusCode.ERROR else None
        self._span.set_status(Status(code, told))

    @_never_raising
    def add_event(self, name: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Record something that happens now."""
        self._span.add_event(redacted_text(name), redacted_attributes(dict(attributes or {})))

    @_never_raising
    def record_exception(self, failure: BaseException) -> None:
        """Record a failure; its message and stack trace are content."""
        self._span.set_attribute(semconv.ERROR_TYPE, error_type(failure))
        on_span = current_policy().on_spans
        recorded = record_failure(self._span, failure, told=self.captures_content, on_span=on_span)
        if not on_span:
            self._content.update(recorded.kept)

    def end(self, end_time_ns: int | None = None) -> None:
        """End the span; a span that this object did not start is left to whoever did.

        Args:
            end_time_ns: nanoseconds since the epoch; now where it is None.
        """
        if self._open:
            self._open = False
            self._end(end_time_ns)

    def drop(self, failure: BaseException | None = None) -> None:
        """End the span soon, on another thread and as of now: what a finalizer may do.

        Args:
            failure: what to record; None where nothing failed.
        """
        if self._open:
            self._open = False
            self._dropped = (time.time_ns(), failure)
            abandoned.finish_later(self)

    def finish(self) -> None:
        """End a span that has been dropped."""
        ended_at, failure = self._dropped or (None, None)
        if failure is not None:
            self.record_exception(failure)
        self._end(ended_at)

    def __del__(self) -> None:
        """End a span that nobody can end any more, such as that of a coroutine which was never awaited."""
        if getattr(self, "_open", False):
            self.drop()

    def _end(self, end_time_ns: int | None) -> None:
        try:
            end_span(self._span, ReadyContent(self._content) if self._content else None, end_time_ns)
        except Exception as error:  # noqa: BLE001 - a processor of somebody else's may raise
            report(error, "ending a span")

    def _keep(self, name: str, text: bytes) -> None:
        if current_policy().on_spans:
            self._span.set_attribute(name, content_text(text))
        else:
            self._content[name] = text


def current_live_span() -> LiveSpan | None:
    """The current span; one that something else made is wrapped, so that attributes can be set on it."""
    span = otel_trace.get_current_span()
    live = get_value(_LIVE)
    if isinstance(live, LiveSpan) and live.otel_span is span:
        return live
    return LiveSpan(span, get_current(), owned=False) if span.get_span_context().is_valid else None
