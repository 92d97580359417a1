"""Redacted copies of what OpenTelemetry's SDK hands to exporters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status

from verspan.redaction.active import active_redactor
from verspan.redaction.redactor import Redactor
from verspan.span_copies import SpanCopy


class RedactedSpan(SpanCopy):
    """A copy of an ended span, since other processors hold the span itself, with every text in it redacted.

    That is its name, its attributes, those of its events and links, and what its status says. The resource stays: it
    says what runs, and where.
    """

    def __init__(self, span: ReadableSpan, redactor: Redactor) -> None:
        status = span.status
        super().__init__(
            span,
            name=redactor.text(span.name),
            attributes=redactor.attributes(span.attributes or {}),
            events=[_event(event, redactor) for event in span.events],
            links=[Link(link.context, _attributes(link.attributes, redactor)) for link in span.links],
            status=_status(status, redactor) if status.description else None,
        )


def redacted_span(span: ReadableSpan) -> ReadableSpan:
    """A span as it may be written; itself where nothing is redacted, or where it has been."""
    redactor = active_redactor()
    return span if redactor is None or isinstance(span, RedactedSpan) else RedactedSpan(span, redactor)


class RedactingSpanExporter(SpanExporter):
    """Wraps an exporter of the application's own: it is given redacted copies of the spans.

    Processors are given spans that nobody may change any more, so that this is where they can be redacted without
    private parts of the SDK; it runs on the thread that exports.
    """

    def __init__(self, exporter: SpanExporter, redactor: Redactor | None = None) -> None:
        """Wrap an exporter.

        Args:
            exporter: what sends or keeps the spans.
            redactor: redacts them; the one in force when they are exported where it is None.
        """
        self._exporter = exporter
        self._redactor = redactor

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Redact and export spans."""
        redactor = self._redactor or active_redactor()
        return self._exporter.export(spans if redactor is None else [RedactedSpan(span, redactor) for span in spans])

    def shutdown(self) -> None:
        """Shut the exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the exporter."""
        return self._exporter.force_flush(timeout_millis)


def redact_log_record(record: Any) -> None:
    """Redact an event before it is handed on: its attributes and its body.

    Args:
        record: a ``ReadWriteLogRecord``, which OpenTelemetry lets processors change.
    """
    redactor = active_redactor()
    if redactor is not None:
        told = record.log_record
        for name, value in redactor.attributes(dict(told.attributes or {})).items():
            told.attributes[name] = value
        told.body = redactor.value(told.body)


def _event(event: Event, redactor: Redactor) -> Event:
    return Event(redactor.text(event.name), _attributes(event.attributes, redactor), event.timestamp)


def _attributes(attributes: Any, redactor: Redactor) -> BoundedAttributes:
    redacted = BoundedAttributes(attributes=redactor.attributes(attributes or {}))
    redacted.dropped = getattr(attributes, "dropped", 0)
    return redacted


def _status(status: Status, redactor: Redactor) -> Status:
    return Status(status.status_code, redactor.text(status.description or ""))
