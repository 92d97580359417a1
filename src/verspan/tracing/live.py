"""A span that the application made by hand."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from opentelemetry import trace as otel_trace
from opentelemetry.context import Context, create_key, get_current, get_value, set_value
from opentelemetry.trace import Span, Status, StatusCode, Tracer, format_span_id, format_trace_id, set_span_in_context

from verspan import semconv
from verspan.instrumentation.guard import report
from verspan.instrumentation.handover import end_span
from verspan.instrumentation.policy import current_policy
from verspan.instrumentation.serialising import to_json

UNKNOWN = "UNKNOWN"
_LIVE = create_key("verspan.live_span")
_SCOPE = "verspan"


def tracer() -> Tracer:
    """The tracer of spans made by hand."""
    return otel_trace.get_tracer(_SCOPE)


class LiveSpan:
    """A span that is under way, with MLflow's methods over an OpenTelemetry span.

    Inputs and outputs are content: they go where the content policy lets them go. None of the methods raises.
    """

    def __init__(self, span: Span, context: Context, *, owned: bool) -> None:
        self._span = span
        self._owned = owned
        self._content: dict[str, bytes] = {}
        self.context = set_value(_LIVE, self, context)
        """The OpenTelemetry context in which this span is the current one."""

    @classmethod
    def start(cls, name: str, span_type: str = UNKNOWN, attributes: Mapping[str, Any] | None = None) -> LiveSpan:
        """Start a span as a child of the current one; attach :attr:`context` to make it current."""
        parent = get_current()
        given = dict(attributes or {})
        if span_type != UNKNOWN:
            given[semconv.VERSPAN_SPAN_TYPE] = span_type
        span = tracer().start_span(name, parent, attributes=given)
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

    def set_inputs(self, inputs: Any) -> None:
        """Record what went in, as JSON; usually a mapping of argument names to values."""
        self._capture(semconv.VERSPAN_INPUTS, inputs)

    def set_outputs(self, outputs: Any) -> None:
        """Record what came out, as JSON."""
        self._capture(semconv.VERSPAN_OUTPUTS, outputs)

    def set_attribute(self, key: str, value: Any) -> None:
        """Set one attribute; it is not content, and goes wherever spans go."""
        self._span.set_attribute(key, value)

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set several attributes."""
        self._span.set_attributes(dict(attributes))

    def set_span_type(self, span_type: str) -> None:
        """Say what kind of step this is, such as ``"TOOL"`` or ``"RETRIEVER"``."""
        self._span.set_attribute(semconv.VERSPAN_SPAN_TYPE, span_type)

    def set_status(self, status: str, description: str | None = None) -> None:
        """Set the status: ``"OK"`` or ``"ERROR"``."""
        code = StatusCode.ERROR if status.upper() == "ERROR" else StatusCode.OK
        self._span.set_status(Status(code, description if code is StatusCode.ERROR else None))

    def add_event(self, name: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Record something that happens now."""
        self._span.add_event(name, dict(attributes or {}))

    def record_exception(self, failure: BaseException) -> None:
        """Record a failure; its message and stack trace are content."""
        kind = type(failure)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        event: dict[str, Any] = {semconv.EXCEPTION_TYPE: name}
        told = {
            semconv.EXCEPTION_MESSAGE: str(failure),
            semconv.EXCEPTION_STACKTRACE: "".join(traceback.format_exception(failure)),
        }
        on_spans = current_policy().content.on_spans
        if on_spans:
            event.update(told)
        elif current_policy().captures:
            self._content.update({key: text.encode("utf-8", "replace") for key, text in told.items()})
        self._span.set_attribute(semconv.ERROR_TYPE, kind.__qualname__)
        self._span.set_status(Status(StatusCode.ERROR, str(failure) if on_spans else kind.__qualname__))
        self._span.add_event(semconv.EXCEPTION_EVENT, event)

    def end(self, end_time_ns: int | None = None) -> None:
        """End the span; a span that this object did not start is left to whoever did."""
        if not self._owned:
            return
        self._owned = False
        try:
            end_span(self._span, self._content or None, end_time_ns)
        except Exception as error:  # noqa: BLE001 - a processor of somebody else's may raise
            report(error, "ending a span")

    def _capture(self, name: str, value: Any) -> None:
        policy = current_policy()
        if not policy.captures or not self._span.is_recording():
            return
        try:
            text = to_json(value)
            if policy.content.on_spans:
                self._span.set_attribute(name, text.decode())
            elif self._owned:
                self._content[name] = text
        except Exception as error:  # noqa: BLE001 - a value that cannot be written down costs the span that value
            report(error, "recording inputs or outputs")


def current_live_span() -> LiveSpan | None:
    """The current span; one that something else made is wrapped, so that attributes can be set on it."""
    span = otel_trace.get_current_span()
    if not span.get_span_context().is_valid:
        return None
    live = get_value(_LIVE)
    if isinstance(live, LiveSpan) and live.otel_span is span:
        return live
    return LiveSpan(span, get_current(), owned=False)
