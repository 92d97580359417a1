"""A span as bytes: packed on the thread that ends it, read back on the thread, or in the process, that delivers it.

Packing is what the application waits for, so it takes OpenTelemetry's own mappings as they are rather than copying them
a value at a time, and looks at single values only where :mod:`marshal` has refused one.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import DEFAULT_TRACE_STATE, Link, SpanContext

from verspan.errors import InvalidArgumentError
from verspan.instrumentation.handover import Supplement
from verspan.span_copies import UNSET_STATUS
from verspan.spool.spans import Origin, SpooledContext, SpooledEvent, SpooledLink, SpooledSpan

_VERSION = 4  # the newest format that every Python from 3.4 on reads: another one may deliver what this one wrote
_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
_PLAIN_OF: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (str, str.__str__),  # that of an enumeration's member is its value
    (int, int),
    (float, float),
    ((bytes, bytearray, memoryview), bytes),
)
_SILENT = (UNSET_STATUS.status_code.value, None)
_NO_ORIGIN = Origin(Resource({}), None)


def pack_span(span: ReadableSpan, supplement: Supplement | None, origin: int, *, keeps_content: bool) -> bytes:
    """An ended span, with what belongs to it, as bytes.

    Args:
        span: the span, which nothing changes any more.
        supplement: what belongs to it and is not on it.
        origin: the number that stands for the span's resource and scope.
        keeps_content: whether the supplement's content may be written. Where it may not, its attributes are worked out
            now, and nothing else of it is kept.

    Raises:
        InvalidArgumentError: the span has no ids or no times, so it was never started or never ended.
    """
    context, start_time, end_time = span.context, span.start_time, span.end_time
    if context is None or start_time is None or end_time is None:
        raise InvalidArgumentError(f"the span {span.name!r} has no ids or no times: it was not started or not ended")
    attributes, packed = _mapping(span), None
    if supplement is not None:
        if keeps_content:
            packed = supplement.packed()
        else:
            attributes = {**attributes, **supplement.attributes()}
    status, parent = span.status, span.parent
    # Most have the one status that says nothing; to read it by its names takes two calls.
    code, description = _SILENT if status is UNSET_STATUS else (status.status_code._value_, status.description)
    events, links = span._events, span._links  # noqa: SLF001 - the properties copy them under a lock, empty or not
    # In the order of SpooledSpan's fields; naming them would cost a microsecond.
    fields: tuple[Any, ...] = (
        origin,
        _context(context),
        None if parent is None else _context(parent),
        span.name,
        span.kind._value_,
        start_time,
        end_time,
        code,
        description,
        attributes,
        span.dropped_attributes,
        [_event(event) for event in events] if events else (),
        span.dropped_events,
        [_link(link) for link in links] if links else (),
        span.dropped_links,
        packed,
    )
    try:
        return marshal.dumps(fields, _VERSION)
    except ValueError:  # a subclass of a plain type, an object of the application's
        return marshal.dumps(_plain(fields), _VERSION)


def unpack_span(payload: bytes, origins: Mapping[int, Origin]) -> SpooledSpan:
    """The span that was packed.

    Raises:
        ValueError: the bytes are as they were written and no span of this Verspan's format.
    """
    try:
        # The file is the user's own, and marshal runs no code that it reads.
        origin, context, parent, *fields = marshal.loads(payload)  # noqa: S302
        own, parents = SpooledContext(*context), None if parent is None else SpooledContext(*parent)
        span = SpooledSpan._make((origins.get(origin, _NO_ORIGIN), own, parents, *fields))
        return span if not span.events and not span.links else _with_events_and_links(span)
    except (EOFError, TypeError) as error:
        raise ValueError(f"a record of the spool is no span of this Verspan's format: {error}") from error


def pack_origin(span: ReadableSpan, number: int) -> bytes:
    """What a span has in common with others of its tracer, as bytes, and the number that stands for it."""
    resource, scope = span.resource, span.instrumentation_scope
    told = None if scope is None else (scope.name, scope.version, scope.schema_url, dict(scope.attributes or {}))
    return marshal.dumps(_plain((number, dict(resource.attributes), resource.schema_url, told)), _VERSION)


def unpack_origin(payload: bytes) -> tuple[int, Origin]:
    """What spans have in common, and the number that stands for it.

    Raises:
        ValueError: as of :func:`unpack_span`.
    """
    try:
        number, attributes, schema_url, scope = marshal.loads(payload)  # noqa: S302 - as above
        return number, Origin(Resource(attributes, schema_url), InstrumentationScope(*scope) if scope else None)
    except (EOFError, TypeError) as error:
        raise ValueError(f"a record of the spool is no origin of this Verspan's format: {error}") from error


def _with_events_and_links(span: SpooledSpan) -> SpooledSpan:
    return span._replace(
        events=[SpooledEvent(*event) for event in span.events],
        links=[
            SpooledLink(SpooledContext(*context), attributes, dropped) for context, attributes, dropped in span.links
        ],
    )


def _mapping(holder: ReadableSpan | Event | Link) -> Mapping[str, Any]:
    """The attributes as a dictionary, not copied where OpenTelemetry holds one."""
    bounded = holder._attributes if type(holder) is ReadableSpan else holder.attributes  # noqa: SLF001 - the property gives a view of a view, which takes four microseconds to copy
    held = getattr(bounded, "_dict", bounded)
    return held if type(held) is dict else dict(held or {})


def _context(context: SpanContext) -> tuple[Any, ...]:
    trace_id, span_id, is_remote, trace_flags, trace_state, _ = context
    told = "" if trace_state is DEFAULT_TRACE_STATE else trace_state.to_header()  # nearly every span's is the default
    return (trace_id, span_id, trace_flags + 0, told, is_remote)


def _event(event: Event) -> tuple[Any, ...]:
    return (event.name, event.timestamp, _mapping(event), event.dropped_attributes)


def _link(link: Link) -> tuple[Any, ...]:
    return (_context(link.context), _mapping(link), link.dropped_attributes)


def _plain(value: Any) -> Any:
    """A value made of types that marshal takes; of one that has none, what it shows of itself."""
    if type(value) in _PLAIN:
        return value
    for kind, plain in _PLAIN_OF:
        if isinstance(value, kind):
            return plain(value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (Sequence, AbstractSet)):
        return [_plain(inner) for inner in value]
    return repr(value)
