"""Redacted copies of spans and events."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, Status, StatusCode

from verspan.redaction import Redactor, set_redactor
from verspan.redaction.spans import RedactingSpanExporter, redact_log_record, redacted_span


def ended_span(limits: SpanLimits | None = None) -> ReadableSpan:
    """A span of the SDK with an address wherever there can be one."""
    provider = TracerProvider(span_limits=limits, shutdown_on_exit=False)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("shop")
    with tracer.start_as_current_span("linked") as linked:
        pass
    links = [Link(linked.get_span_context(), {"why": "ann@example.com"})]
    span = tracer.start_span("ask ann@example.com", attributes={"n": 1, "to": "ann@example.com"}, links=links)
    span.add_event("mail to ann@example.com", {"cc": ("ann@example.com",), "n": 2}, timestamp=7)
    span.set_status(Status(StatusCode.ERROR, "no such address ann@example.com"))
    span.end()
    provider.shutdown()
    return exporter.get_finished_spans()[-1]


def test_redacted_span(redact: Callable[..., Redactor]) -> None:
    """Name, attributes, events, links and status are redacted, everything else stays, and the span is not touched."""
    redact("email")
    span = ended_span()
    copy = redacted_span(span)
    assert copy.to_json() == span.to_json().replace("ann@example.com", "[email]")
    assert (copy.context, copy.parent, copy.resource) == (span.context, span.parent, span.resource)
    assert (span.attributes or {})["to"] == "ann@example.com"
    assert redacted_span(copy) is copy


def test_a_span_is_itself(redact: Callable[..., Redactor]) -> None:
    """Without a redactor a span is handed on as it is."""
    redact()
    set_redactor(None)
    span = ended_span()
    assert redacted_span(span) is span


def test_what_was_dropped(redact: Callable[..., Redactor]) -> None:
    """What a span had no room for is still counted."""
    redact("email")
    copy = redacted_span(
        ended_span(SpanLimits(max_span_attributes=1, max_events=0, max_links=0, max_event_attributes=1))
    )
    assert (copy.dropped_attributes, copy.dropped_events, copy.dropped_links) == (1, 1, 1)
    (event,) = redacted_span(ended_span(SpanLimits(max_event_attributes=1))).events
    assert event.dropped_attributes == 1


@pytest.mark.parametrize("given", [True, False])
def test_redacting_exporter(redact: Callable[..., Redactor], *, given: bool) -> None:
    """An exporter of the application's own gets redacted spans, by the redactor given or the one in force."""
    in_force = redact("email")
    memory = InMemorySpanExporter()
    exporter = RedactingSpanExporter(memory, Redactor([str.upper]) if given else None)
    exporter.export([ended_span()])
    assert [span.name for span in memory.get_finished_spans()] == ["ASK ANN@EXAMPLE.COM" if given else "ask [email]"]
    assert in_force is not None
    assert exporter.force_flush()
    exporter.shutdown()


def test_log_record(redact: Callable[..., Redactor]) -> None:
    """The attributes and the body of an event are redacted before it is handed on."""
    redact("email")
    provider = LoggerProvider(shutdown_on_exit=False)
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK left it untyped

    class Redacting(SimpleLogRecordProcessor):
        def on_emit(self, log_record: object) -> None:
            redact_log_record(log_record)
            super().on_emit(log_record)  # type: ignore[arg-type]  # the SDK's own type differs between its versions

    provider.add_log_record_processor(Redacting(exporter))
    provider.get_logger("shop").emit(
        LogRecord(body={"to": "ann@example.com"}, attributes={"messages": [{"content": "ann@example.com"}], "n": 1})
    )
    (record,) = exporter.get_finished_logs()
    told = record.log_record
    assert (told.body, dict(told.attributes or {})) == (
        {"to": "[email]"},
        {"messages": ({"content": "[email]"},), "n": 1},
    )
    provider.shutdown()
