"""OpenTelemetry's ended span as the record that a store keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, format_span_id, format_trace_id

from verspan.errors import InvalidArgumentError
from verspan.instrumentation.handover import Supplement
from verspan.semconv import EXCEPTION_EVENT, EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE
from verspan.traces.model import Attributes, AttributeValue, EventRecord, LinkRecord, SpanKind, SpanRecord, StatusCode

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})  # asked first: an abstract class answers slowly
_EXCEPTION_CONTENT = (EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE)


class RecordMaker:
    """Makes records; those of spans with one resource share its mapping, so that a store need not compare it."""

    def __init__(self) -> None:
        self._resource: Resource | None = None
        self._resource_attributes: Attributes = {}

    def record(self, span: ReadableSpan, supplement: Supplement | None = None) -> SpanRecord:
        """The record of an ended span.

        Args:
            span: the span, which nothing changes any more.
            supplement: what belongs to the span and is not on it; its content becomes attributes too, an exception's
                message and stack trace those of the last ``exception`` event where there is one.

        Raises:
            InvalidArgumentError: the span has no ids or no times, so it was never started or never ended.
        """
        if span.context is None or span.start_time is None or span.end_time is None:
            raise InvalidArgumentError(
                f"the span {span.name!r} has no ids or no times: it was not started or not ended"
            )
        kept = supplement.content() if supplement is not None else {}
        late = supplement.attributes() if supplement is not None else {}
        events = [_event_record(event) for event in span.events]
        texts = _with_exception_told({name: _text(value) for name, value in kept.items()}, events)
        scope = span.instrumentation_scope
        return SpanRecord(
            trace_id=format_trace_id(span.context.trace_id),
            span_id=format_span_id(span.context.span_id),
            parent_span_id=format_span_id(span.parent.span_id) if span.parent else None,
            name=span.name,
            kind=cast("SpanKind", span.kind.name),
            start_ns=span.start_time,
            end_ns=span.end_time,
            status_code=cast("StatusCode", span.status.status_code.name),
            status_message=span.status.description,
            attributes={**_attributes(span.attributes), **_attributes(late), **texts},
            events=tuple(events),
            links=tuple(_link_record(link) for link in span.links),
            resource=self._attributes_of(span.resource),
            scope_name=scope.name if scope else "",
            scope_version=(scope.version or "") if scope else "",
        )

    def _attributes_of(self, resource: Resource) -> Attributes:
        if resource is not self._resource:
            self._resource, self._resource_attributes = resource, _attributes(resource.attributes)
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


def _event_record(event: Event) -> EventRecord:
    return EventRecord(event.name, event.timestamp, _attributes(event.attributes))


def _link_record(link: Link) -> LinkRecord:
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
