"""The life of one call: a span that starts before the request and ends exactly once, however the call ends.

A run is finished by whoever comes first: the response, an error, the end or the closing of a stream, or, where the
application dropped a stream or a response half-way, the garbage collector.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry._logs import SeverityNumber
from opentelemetry.trace import Span, SpanKind, set_span_in_context

from verspan import semconv
from verspan.instrumentation import abandoned
from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.attributes import reply_attributes, request_attributes, span_name
from verspan.instrumentation.calls import Call, Reply
from verspan.instrumentation.content import CallContent
from verspan.instrumentation.failures import error_type, record_failure
from verspan.instrumentation.guard import report
from verspan.instrumentation.handover import end_span
from verspan.instrumentation.metrics import CallEnd
from verspan.instrumentation.policy import Policy, current_policy
from verspan.instrumentation.telemetry import Telemetry


class CallRun:
    """One call from its request to the end of its reply.

    None of its methods raises into the application.
    """

    __slots__ = (
        "_content",
        "_first_chunk_at",
        "_last_chunk_at",
        "_measured",
        "_open",
        "_policy",
        "_started_at",
        "_telemetry",
        "adapter",
        "call",
        "context",
        "reply",
        "span",
    )

    def __init__(self, telemetry: Telemetry, adapter: CallAdapter, call: Call) -> None:
        self._telemetry = telemetry
        self._policy: Policy = current_policy()
        self._first_chunk_at: float | None = None
        self._last_chunk_at: float | None = None
        self.adapter = adapter
        self.call = call
        self._started_at = perf_counter()
        self._measured = telemetry.metrics.wanted(self._started_at)
        parent = otel_context.get_current()
        self.span: Span = telemetry.tracer.start_span(
            span_name(call), parent, kind=SpanKind.CLIENT, attributes=request_attributes(call)
        )
        self.context = set_span_in_context(self.span, parent)
        self.reply = Reply(capture_content=self._policy.captures and self.span.is_recording())
        self._content = CallContent(adapter, self.reply)
        # Taking the only element of a list is atomic, which makes the first of several finishers the only one.
        self._open = [True]

    @property
    def finished(self) -> bool:
        """Whether the span has ended."""
        return not self._open

    def take_input(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Keep what the call says as it is now; the application may change its list of messages later."""
        if not self.reply.capture_content:
            return
        try:
            self._content.request = self.adapter.snapshot_input(instance, args, kwargs)
        except Exception as error:  # noqa: BLE001 - whatever an adapter stumbles over, the call goes on
            report(error, "taking a call's messages")

    def read_response(self, response: Any) -> None:
        """Take a whole response and finish."""
        try:
            self.adapter.read_response(response, self.reply)
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "reading a response")
        self.finish()

    def read_chunk(self, chunk: Any) -> None:
        """Take one chunk of a stream."""
        now = perf_counter()
        try:
            if self._first_chunk_at is None:
                self._first_chunk_at = now
            elif self._measured:
                self._telemetry.metrics.record_chunk_gap(self.call, now - (self._last_chunk_at or now))
            self._last_chunk_at = now
            self.adapter.read_chunk(chunk, self.reply)
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "reading a chunk of a stream")

    def finish(self, failure: BaseException | None = None) -> None:
        """End the span, the first time it is called.

        Args:
            failure: what the call raised, cancellation and interrupts included; None where it raised nothing.
        """
        try:
            self._open.pop()
        except IndexError:
            return
        try:
            self._write(failure)
        except Exception as error:  # noqa: BLE001 - the span is ended whatever could not be written on it
            report(error, "finishing a call")
        finally:
            self._end()

    def __del__(self) -> None:
        """Finish a call whose stream or response the application has dropped."""
        if getattr(self, "_open", None):
            abandoned.finish_later(self)  # lives on until it is finished; a finalizer runs once

    def _write(self, failure: BaseException | None) -> None:
        if failure is not None:
            self.adapter.read_failure(failure, self.reply)
        policy = self._policy
        # Shaped here only where it leaves with the span or an event, and then once.
        content = self._content.content() if policy.on_spans or policy.on_events else {}
        if self.span.is_recording():
            self._write_span(failure, content)
        if policy.on_events:
            self._emit_details(failure, content)
        if self._measured:
            self._measure(failure)

    def _measure(self, failure: BaseException | None) -> None:
        first = self._first_chunk_at
        self._telemetry.metrics.record(
            CallEnd(
                call=self.call,
                reply=self.reply,
                duration_s=perf_counter() - self._started_at,
                time_to_first_chunk_s=None if first is None else first - self._started_at,
                error_type=None if failure is None else error_type(failure),
            )
        )

    def _write_span(self, failure: BaseException | None, content: Mapping[str, bytes]) -> None:
        found = reply_attributes(self.call, self.reply)
        if self._first_chunk_at is not None:
            found[semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = self._first_chunk_at - self._started_at
        if self._policy.on_spans:
            found.update((name, text.decode()) for name, text in content.items())
        if failure is not None:
            found[semconv.ERROR_TYPE] = error_type(failure)
            self._write_failure(failure)
        self.span.set_attributes(found)

    def _write_failure(self, failure: BaseException) -> None:
        policy = self._policy
        recorded = record_failure(self.span, failure, told=self.reply.capture_content, on_span=policy.on_spans)
        if not policy.on_spans:
            self._content.failure = recorded.kept
        self._telemetry.logger.emit(
            context=self.context,
            severity_number=SeverityNumber.WARN,
            event_name=semconv.EVENT_OPERATION_EXCEPTION,
            attributes={**recorded.event, **(recorded.told if policy.on_events else {})},
        )

    def _emit_details(self, failure: BaseException | None, content: Mapping[str, bytes]) -> None:
        import orjson

        attributes = {**request_attributes(self.call), **reply_attributes(self.call, self.reply)}
        if failure is not None:
            attributes[semconv.ERROR_TYPE] = error_type(failure)
        for name, text in content.items():
            if name in semconv.CONTENT_ATTRIBUTES:
                attributes[name] = orjson.loads(text)  # the conventions want the structured form on events
        self._telemetry.logger.emit(
            context=self.context,
            severity_number=SeverityNumber.DEBUG,
            event_name=semconv.EVENT_INFERENCE_DETAILS,
            attributes=attributes,
        )

    def _end(self) -> None:
        try:
            end_span(self.span, self._content if self.reply.capture_content and not self._policy.on_spans else None)
        except Exception as error:  # noqa: BLE001 - a processor of somebody else's may raise
            report(error, "ending a span")
