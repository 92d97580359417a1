"""The span of a model call while nobody but Verspan's own processors reads it.

Theory of operation: a call's thread waits for its span twice, and most of what the SDK's span does meanwhile serves
readers that are not there: attributes are cleaned one by one under a lock, and the ended span is copied for each
reader. This one is a plain object with the fields that :class:`~opentelemetry.sdk.trace.ReadableSpan` shows. Sampling,
ids, parents and processors are the provider's own, so its trace is the same; the spool turns it into the SDK's span
where an exporter wants one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, DEFAULT_ON, Decision, Sampler
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
)

from verspan.instrumentation.call_spans import Scope
from verspan.instrumentation.failures import exception_texts, exception_type
from verspan.semconv import EXCEPTION_EVENT, EXCEPTION_TYPE
from verspan.span_copies import UNSET_STATUS

_SAMPLED, _NOT_SAMPLED = TraceFlags(TraceFlags.SAMPLED), TraceFlags(TraceFlags.DEFAULT)


class CallEvent(NamedTuple):
    """An event of a span, with the fields of the SDK's."""

    name: str
    attributes: Mapping[str, Any]
    timestamp: int
    dropped_attributes: int = 0


class CallSpan(Span):
    """A span of kind CLIENT, with OpenTelemetry's interface for writing and the SDK's for reading."""

    kind = SpanKind.CLIENT
    dropped_attributes = dropped_events = dropped_links = 0

    def __init__(
        self,
        name: str,
        context: SpanContext,
        parent: SpanContext | None,
        maker: CallSpans,
        scope: InstrumentationScope,
    ) -> None:
        self.name = name
        self.context = context
        self.parent = parent
        self.attributes: dict[str, Any] = {}
        self._events: Sequence[CallEvent] = ()
        self._links: Sequence[Link] = ()
        self.status = UNSET_STATUS
        self.end_time: int | None = None
        self._maker = maker
        self.resource = maker.resource
        self.instrumentation_scope = scope
        self.start_time = time.time_ns()

    @property
    def events(self) -> Sequence[CallEvent]:
        """What happened at one moment of it."""
        return self._events

    @property
    def links(self) -> Sequence[Link]:
        """Links to other spans."""
        return self._links

    def get_span_context(self) -> SpanContext:
        """Its identity."""
        return self.context

    def is_recording(self) -> bool:
        """Whether it has not ended."""
        return self.end_time is None

    def set_attribute(self, key: str, value: Any) -> None:
        """Set one attribute."""
        if self.end_time is None:
            self.attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set several attributes."""
        if self.end_time is None:
            self.attributes.update(attributes)

    def add_event(self, name: str, attributes: Mapping[str, Any] | None = None, timestamp: int | None = None) -> None:
        """Add an event.

        Args:
            name: its name.
            attributes: its attributes.
            timestamp: nanoseconds since the epoch; now where it is None.
        """
        if self.end_time is None:
            event = CallEvent(name, dict(attributes or {}), time.time_ns() if timestamp is None else timestamp)
            self._events = (*self._events, event)

    def add_link(self, context: SpanContext, attributes: Mapping[str, Any] | None = None) -> None:
        """Add a link to another span."""
        if self.end_time is None:
            self._links = (*self._links, Link(context, dict(attributes or {})))

    def update_name(self, name: str) -> None:
        """Give it another name."""
        if self.end_time is None:
            self.name = name

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Set its status; OK is final and UNSET changes nothing, as OpenTelemetry has it."""
        new = status if isinstance(status, Status) else Status(status, description)
        if self.end_time is None and self.status.status_code is not StatusCode.OK and not new.is_unset:
            self.status = new

    def record_exception(
        self,
        exception: BaseException,
        attributes: Mapping[str, Any] | None = None,
        timestamp: int | None = None,
        escaped: bool = False,  # noqa: ARG002, FBT001, FBT002 - OpenTelemetry's signature
    ) -> None:
        """Add an event that tells of an exception."""
        told = {EXCEPTION_TYPE: exception_type(exception), **exception_texts(exception)}
        self.add_event(EXCEPTION_EVENT, {**told, **(attributes or {})}, timestamp)

    def end(self, end_time: int | None = None) -> None:
        """End it, the first time it is called, and give it to the processors."""
        if self.end_time is None:
            self.end_time = time.time_ns() if end_time is None else end_time
            self._maker.ended(self)


class CallSpans:
    """Makes the spans of calls for a provider of ours.

    See :class:`verspan.instrumentation.call_spans.CallSpanMaker`.
    """

    def __init__(
        self, sampler: Sampler, ids: IdGenerator, resource: Resource, processors: Sequence[SpanProcessor]
    ) -> None:
        """Make spans as a provider does.

        Args:
            sampler: the provider's sampler, one that looks at no attributes.
            ids: the provider's generator of ids.
            resource: the provider's resource.
            processors: all of the provider's processors, those that come later included. They raise nothing.
        """
        self.resource = resource
        self._sampler = sampler
        self._takes_every_root = sampler in (DEFAULT_ON, ALWAYS_ON)
        self._ids = ids
        self._processors: Sequence[Any] = processors
        self._scopes: dict[Scope, InstrumentationScope] = {}

    def start(self, name: str, parent: Context, scope: Scope) -> Span:
        """Start a span; one that the sampler declines records nothing."""
        above = get_current_span(parent).get_span_context() if parent else None
        if above is not None and above.is_valid:
            trace_id = above.trace_id
        else:
            above, trace_id = None, self._ids.generate_trace_id()
        if above is None and self._takes_every_root:  # what the usual sampler says, in a tenth of the steps
            decision, state = Decision.RECORD_AND_SAMPLE, None
        else:
            sampled = self._sampler.should_sample(parent, trace_id, name, SpanKind.CLIENT)
            decision, state = sampled.decision, sampled.trace_state
        flags = _SAMPLED if decision is Decision.RECORD_AND_SAMPLE else _NOT_SAMPLED
        context = SpanContext(trace_id, self._ids.generate_span_id(), False, flags, state)  # noqa: FBT003 - OpenTelemetry's signature
        if decision is Decision.DROP:
            return NonRecordingSpan(context)
        span = CallSpan(name, context, above, self, self._scopes.get(scope) or self._made(scope))
        for processor in self._processors:
            processor.on_start(span, parent)
        return span

    def ended(self, span: CallSpan) -> None:
        """Give a span that has ended to the processors."""
        for processor in self._processors:
            processor.on_end(span)

    def _made(self, scope: Scope) -> InstrumentationScope:
        """The SDK's object for a scope, the same one each time."""
        return self._scopes.setdefault(scope, InstrumentationScope(*scope))
