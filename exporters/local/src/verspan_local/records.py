"""A span of the spool as the record that a store keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from opentelemetry.trace import SpanKind as OtelSpanKind
from opentelemetry.trace import StatusCode as OtelStatusCode
from opentelemetry.trace import format_span_id, format_trace_id

from verspan.semconv import EXCEPTION_EVENT, EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE
from verspan.spool.spans import Origin, SpooledEvent, SpooledLink, SpooledSpan
from verspan.traces.model import Attributes, AttributeValue, EventRecord, LinkRecord, SpanKind, SpanRecord, StatusCode

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})  # asked first: an abstract class answers slowly
_EXCEPTION_CONTENT = (EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE)
_KINDS = {kind.value: cast("SpanKind", kind.name) for kind in OtelSpanKind}
_STATUSES = {code.value: cast("StatusCode", code.name) for code in OtelStatusCode}


class RecordMaker:
    """Makes records; those of spans with one resource share its mapping, so that a store need not compare it."""

    def __init__(self) -> None:
        self._origin: Origin | None = None
        self._resource_attributes: Attributes = {}

    def record(self, span: SpooledSpan) -> SpanRecord:
        """The record of a span that has ended.

        What belongs to the span and is not on it becomes attributes too, an exception's message and stack trace those
        of the last ``exception`` event where there is one.

        Raises:
            InvalidArgumentError: nobody in this process can read what belongs to the span.
        """
        supplement = span.supplement()
        kept = supplement.content() if supplement is not None else {}
        late = supplement.attributes() if supplement is not None else {}
        events = [_event_record(event) for event in span.events]
        texts = _with_exception_told({name: _text(value) for name, value in kept.items()}, events)
        scope = span.origin.scope
        return SpanRecord(
            trace_id=format_trace_id(span.context.trace_id),
            span_id=format_span_id(span.context.span_id),
            parent_span_id=format_span_id(span.parent.span_id) if span.parent else None,
            name=span.name,
            kind=_KINDS[span.kind],
            start_ns=span.start_time,
            end_ns=span.end_time,
            status_code=_STATUSES[span.status_code],
            status_message=span.status_description,
            attributes={**_attributes(span.attributes), **_attributes(late), **texts},
            events=tuple(events),
            links=tuple(_link_record(link) for link in span.links),
            resource=self._attributes_of(span.origin),
            scope_name=scope.name if scope else "",
            scope_version=(scope.version or "") if scope else "",
        )

    def _attributes_of(self, origin: Origin) -> Attributes:
        if origin is not self._origin:
            self._origin, self._resource_attributes = origin, _attributes(origin.resource.attributes)
        return self._resource_attributes


def _with_exception_told(texts: dict[str, str], events: list[EventRecord]) -> dict[str, str]:
    """Move an exception's message and stack trace into its event; returns what remains for the span itself."""
    told = {name: texts[name] for name in _EXCEPTION_CONTENT if name in texts}
    places = [index for index, event in enumerate(events) if event.name == EXCEPTION_EVENT]
    if not told or not places:
        return texts
    event = events[places[-1]]
    events[places[-1]] = EventRecord(event.name, event.time_ns, {**event.attributes, **told})
    return {name: text for name, text in texts.items() if name not in told}


def _event_record(event: SpooledEvent) -> EventRecord:
    return EventRecord(event.name, event.timestamp, _attributes(event.attributes))


def _link_record(link: SpooledLink) -> LinkRecord:
    ids = link.context
    return LinkRecord(format_trace_id(ids.trace_id), format_span_id(ids.span_id), _attributes(link.attributes))


def _attributes(found: Mapping[str, Any] | None) -> dict[str, AttributeValue]:
    if not found:
        return {}
    return {name: value if type(value) in _PLAIN else _plain(value) for name, value in found.items()}


def _plain(value: AttributeValue) -> AttributeValue:
    """A value made of the types that a store gives back: a sequence is a list, a mapping a dict."""
    if type(value) in _PLAIN or isinstance(value, (str, bytes)):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_plain(inner) for inner in value]
    return value


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")
