"""The life of one call: a span that starts before the request and ends exactly once, however the call ends.

A run is finished by whoever comes first: the response, an error, the end or the closing of a stream, or, where the
application dropped a stream or a response half-way, the garbage collector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, set_span_in_context

from verspan import semconv
from verspan.context import active_version
from verspan.instrumentation import abandoned, call_spans
from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.answers import Answer
from verspan.instrumentation.attributes import call_attributes, span_name
from verspan.instrumentation.calls import Call
from verspan.instrumentation.content import TakenCall
from verspan.instrumentation.expected_calls import see_call
from verspan.instrumentation.failures import error_type, record_failure, record_told_failure
from verspan.instrumentation.guard import report
from verspan.instrumentation.handover import end_span
from verspan.instrumentation.metrics import CallEnd
from verspan.instrumentation.policy import InForce
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES, from_snapshot
from verspan.instrumentation.telemetry import Telemetry
from verspan.prompts.requests import attributes_of_request, formatted_prompts
from verspan.redaction.active import content_text, content_value, redacted_attributes, redacted_text

# The key is private to OpenTelemetry, and every call would pass two functions for it.
(_SPAN_KEY,) = set_span_in_context(INVALID_SPAN, Context())


class CallRun:
    """One call from its request to the end of its reply.

    None of its methods raises into the application.
    """

    __slots__ = (
        "_error_type",
        "_first_chunk_at",
        "_last_chunk_at",
        "_late",
        "_open",
        "_policy",
        "_recorded",
        "_started_at",
        "_taken",
        "_telemetry",
        "_version",
        "adapter",
        "call",
        "context",
        "measured",
        "read",
        "span",
    )

    def __init__(self, telemetry: Telemetry, adapter: CallAdapter, call: Call, parent: Context) -> None:
        self._telemetry = telemetry
        policy = self._policy = InForce.policy
        self._error_type: str | None = None
        self._first_chunk_at: float | None = None
        self._last_chunk_at = 0.0
        self.adapter = adapter
        self.call = call
        self._started_at = perf_counter()
        self.measured = telemetry.metrics.wanted(self._started_at)
        """Whether anybody wants to know how long it takes."""
        self._version = active_version(parent) if self.measured else None
        self._late = False
        if parent:
            see_call(call.operation_name, parent)
        self.span: Span = self._start(parent)
        self.context = Context({**parent, _SPAN_KEY: self.span})
        self._recorded = self.span.is_recording()
        self.read = self._recorded or self.measured
        """Whether anybody wants to know what is asked and answered."""
        self._taken = TakenCall(adapter, call, captures=policy.captures and self._recorded, on_span=not self._late)
        # Taking the only element of a list is atomic, which makes the first of several finishers the only one.
        self._open = [True]

    def _start(self, parent: Context) -> Span:
        telemetry, policy, name = self._telemetry, self._policy, span_name(self.call)
        if telemetry.scope is not None and not (self.measured or policy.on_spans or policy.on_events):
            maker = call_spans.InForce.maker
            if maker is not None:
                self._late = True
                return maker.start(name, parent, telemetry.scope)  # and who keeps it redacts its name
        attributes = redacted_attributes(call_attributes(self.call))
        return telemetry.tracer.start_span(redacted_text(name), parent, kind=SpanKind.CLIENT, attributes=attributes)

    @property
    def finished(self) -> bool:
        """Whether the span has ended."""
        return not self._open

    @property
    def answer(self) -> Answer:
        """Where to put what comes back."""
        return self._taken.answer

    def take_request(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Keep the request as it is now; the application may change its list of messages later."""
        if not self.read:
            return
        try:
            content = self._taken.captures
            self._taken.request = self.adapter.snapshot_request(instance, args, kwargs, content=content)
            if formatted_prompts and self._recorded:
                document = self._taken.request if content else None
                self._tell_prompt(document or self.adapter.snapshot_request(instance, args, kwargs, content=True))
        except Exception as error:  # noqa: BLE001 - whatever an adapter stumbles over, the call goes on
            report(error, "taking a request")

    def _tell_prompt(self, request: bytes) -> None:
        """Say which prompt the request was made from; its content tells that where it is kept nowhere, too."""
        if len(request) <= MAX_CONTENT_BYTES:
            self.span.set_attributes(attributes_of_request(from_snapshot(request)))

    def take_response(self, response: Any) -> None:
        """Take a whole response and finish."""
        self._take(response)
        self.finish()

    def take_chunk(self, chunk: Any) -> None:
        """Take one chunk of a stream whose bytes are not overheard."""
        self.note_chunk()
        self._take(chunk)

    def note_chunk(self) -> None:
        """Take note that the application is given a chunk."""
        if self._first_chunk_at is None:
            self._first_chunk_at = self._last_chunk_at = perf_counter()
        elif self.measured:
            self._measure_gap()

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
            if self._first_chunk_at is not None:
                self._taken.first_chunk_s = self._first_chunk_at - self._started_at
            if failure is not None:
                self._take_failure(failure)
            elif self.adapter.failure_marks and self.read:
                self._look_for_failure(self.adapter.failure_marks)
            if self.read and not self._late:
                self._write()
        except Exception as error:  # noqa: BLE001 - the span is ended whatever could not be written on it
            report(error, "finishing a call")
        finally:
            self._end()

    def __del__(self) -> None:
        """Finish a call whose stream or response the application has dropped."""
        if getattr(self, "_open", None):
            abandoned.finish_later(self)  # lives on until it is finished; a finalizer runs once

    def _take(self, response: Any) -> None:
        if not self.read:
            return
        try:
            self._taken.answer.documents.append(self.adapter.snapshot_response(response))
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "taking a response")

    def _write(self) -> None:
        # Shaped here only where it leaves with the span or an event, and then once.
        content = self._taken.content() if self._policy.on_spans or self._policy.on_events else {}
        self.span.set_attributes(redacted_attributes(self._taken.outcome()))
        if self._policy.on_spans:
            self.span.set_attributes({name: content_text(document) for name, document in content.items()})
        if self._policy.on_events:
            self._emit_details(content)
        if self.measured:
            self._measure()

    def _look_for_failure(self, marks: Sequence[bytes]) -> None:
        if not self._taken.answer.may_tell(marks):
            return
        told = self._taken.read_reply().failure
        if told is not None:
            self._error_type = told.kind
            on_span = self._policy.on_spans
            self._taken.failure = record_told_failure(self.span, told, told=self._taken.captures, on_span=on_span)

    def _take_failure(self, failure: BaseException) -> None:
        self._error_type = error_type(failure)
        answer = self.adapter.answer_in(failure)
        if answer is not None:
            self._take(answer)
        if self._recorded:
            self._write_failure(failure)

    def _write_failure(self, failure: BaseException) -> None:
        policy = self._policy
        self.span.set_attribute(semconv.ERROR_TYPE, error_type(failure))
        recorded = record_failure(self.span, failure, told=self._taken.captures, on_span=policy.on_spans)
        if not policy.on_spans:
            self._taken.failure = recorded.kept
        self._telemetry.logger.emit(
            context=self.context,
            severity_number=SeverityNumber.WARN,
            event_name=semconv.EVENT_OPERATION_EXCEPTION,
            attributes={**recorded.event, **(recorded.told if policy.on_events else {})},
        )

    def _measure(self) -> None:
        self._telemetry.metrics.record(
            CallEnd(
                call=self.call,
                reply=self._taken.read_reply(),
                duration_s=perf_counter() - self._started_at,
                time_to_first_chunk_s=self._taken.first_chunk_s,
                error_type=self._error_type,
                version=self._version,
            )
        )

    def _measure_gap(self) -> None:
        now = perf_counter()
        try:
            self._telemetry.metrics.record_chunk_gap(self.call, now - self._last_chunk_at, self._version)
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "measuring a chunk of a stream")
        self._last_chunk_at = now

    def _emit_details(self, content: Mapping[str, bytes]) -> None:
        attributes = dict(redacted_attributes({**call_attributes(self.call), **self._taken.outcome()}))
        if self._error_type is not None:
            attributes[semconv.ERROR_TYPE] = self._error_type
        for name, document in content.items():
            if name in semconv.CONTENT_ATTRIBUTES:
                attributes[name] = content_value(document)  # the conventions want the structured form on events
        self._telemetry.logger.emit(
            context=self.context,
            severity_number=SeverityNumber.DEBUG,
            event_name=semconv.EVENT_INFERENCE_DETAILS,
            attributes=attributes,
        )

    def _end(self) -> None:
        wanted = self._late or (self._taken.captures and not self._policy.on_spans)
        try:
            end_span(self.span, self._taken if wanted and self._recorded else None)
        except Exception as error:  # noqa: BLE001 - a processor of somebody else's may raise
            report(error, "ending a span")
