"""A span as it comes back from the spool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from verspan.instrumentation.handover import Packed, Supplement, unpack

Attributes = Mapping[str, Any]


class SpooledContext(NamedTuple):
    """The identity of a span: its own, its parent's or a linked one's."""

    trace_id: int
    span_id: int
    trace_flags: int
    trace_state: str
    """As the header ``tracestate`` has it."""
    is_remote: bool

    def readable(self) -> SpanContext:
        """The identity as OpenTelemetry has it."""
        state = TraceState.from_header([self.trace_state]) if self.trace_state else None
        return SpanContext(self.trace_id, self.span_id, self.is_remote, TraceFlags(self.trace_flags), state)


class SpooledEvent(NamedTuple):
    """Something that happened at one moment of a span."""

    name: str
    timestamp: int
    """Nanoseconds since the epoch."""
    attributes: Attributes
    dropped_attributes: int


class SpooledLink(NamedTuple):
    """A link from a span to another."""

    context: SpooledContext
    attributes: Attributes
    dropped_attributes: int


class Origin(NamedTuple):
    """What spans of one tracer have in common; they share it, so that nobody need compare it."""

    resource: Resource
    scope: InstrumentationScope | None


class SpooledSpan(NamedTuple):
    """A span that has ended, whichever process it ended in.

    Attribute values are those that :mod:`marshal` gives back.
    """

    origin: Origin
    context: SpooledContext
    parent: SpooledContext | None
    name: str
    kind: int
    """The value of a :class:`~opentelemetry.trace.SpanKind`."""
    start_time: int
    """Nanoseconds since the epoch."""
    end_time: int
    status_code: int
    """The value of a :class:`~opentelemetry.trace.StatusCode`."""
    status_description: str | None
    attributes: Attributes
    dropped_attributes: int
    events: Sequence[SpooledEvent]
    dropped_events: int
    links: Sequence[SpooledLink]
    dropped_links: int
    packed: Packed | None
    """What belongs to the span and is not on it; see :meth:`supplement`."""

    def supplement(self) -> Supplement | None:
        """What belongs to the span and is not on it; None where there is nothing.

        Raises:
            InvalidArgumentError: nobody in this process can read its kind.
        """
        return unpack(self.packed) if self.packed is not None else None

    def readable(self) -> ReadableSpan:
        """The span as OpenTelemetry's exporters take it, with every attribute of its supplement and no content.

        Raises:
            InvalidArgumentError: as of :meth:`supplement`.
        """
        supplement = self.supplement()
        late = supplement.attributes() if supplement is not None else {}
        return ReadableSpan(
            name=self.name,
            context=self.context.readable(),
            parent=self.parent.readable() if self.parent is not None else None,
            resource=self.origin.resource,
            attributes=_attributes({**self.attributes, **late}, self.dropped_attributes),
            events=_sequence([_event(event) for event in self.events], self.dropped_events),
            links=_sequence([_link(link) for link in self.links], self.dropped_links),
            kind=SpanKind(self.kind),
            status=Status(StatusCode(self.status_code), self.status_description),
            start_time=self.start_time,
            end_time=self.end_time,
            instrumentation_scope=self.origin.scope,
        )


def _event(event: SpooledEvent) -> Event:
    return Event(event.name, _attributes(event.attributes, event.dropped_attributes), event.timestamp)


def _link(link: SpooledLink) -> Link:
    return Link(link.context.readable(), _attributes(link.attributes, link.dropped_attributes))


def _attributes(attributes: Attributes, dropped: int) -> Attributes:
    """Attributes that tell how many were dropped where some were: OpenTelemetry counts them on its own mapping."""
    if not dropped:
        return attributes
    bounded = BoundedAttributes(attributes=attributes)
    bounded.dropped += dropped
    return bounded


def _sequence(items: Sequence[Any], dropped: int) -> Sequence[Any]:
    if not dropped:
        return items
    bounded = BoundedList.from_seq(None, items)
    bounded.dropped += dropped
    return bounded
