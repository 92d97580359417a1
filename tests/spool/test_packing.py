"""Spans as bytes and back: every field, whatever types an application puts into them."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from types import MappingProxyType

import pytest
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from verspan.errors import InvalidArgumentError
from verspan.instrumentation.handover import ReadyContent, Supplement
from verspan.spool.origins import Origins
from verspan.spool.packing import pack_span, unpack_span
from verspan.spool.spans import SpooledSpan

MakeSpan = Callable[..., ReadableSpan]
CONTENT: dict[str, str | bytes] = {"gen_ai.input.messages": b"[]"}


class Colour(str, Enum):
    RED = "red"


def spooled(span: ReadableSpan, supplement: Supplement | None = None, *, keeps_content: bool = True) -> SpooledSpan:
    """A span after its way through the spool."""
    origins = Origins()
    payload = pack_span(span, supplement, origins.number_of(span), keeps_content=keeps_content)
    return unpack_span(payload, origins.known)


def test_whole_span(make_span: MakeSpan) -> None:
    """OpenTelemetry's own text of a span is the same before and after."""
    linked = SpanContext(7, 8, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("vendor", "x")]))
    span = make_span(
        "chat",
        parent=SpanContext(1, 9, is_remote=True),
        kind=SpanKind.CLIENT,
        status=Status(StatusCode.ERROR, "refused"),
        attributes={"texts": ("a", "b"), "nested": {"list": (1, {"x": None})}, "large": 2**80},
        events=(Event("exception", {"exception.type": "E"}, 5),),
        links=(Link(linked, {"why": "retry"}),),
    )

    readable = spooled(span).readable()

    assert readable.to_json() == span.to_json()
    assert (readable.resource, readable.instrumentation_scope) == (span.resource, span.instrumentation_scope)
    assert readable.parent is not None
    assert readable.parent.is_remote
    assert readable.links[0].context == linked
    assert readable.context == span.context


def test_dropped_counts() -> None:
    """What a span had no room for is counted afterwards as before, on its events too."""
    limits = SpanLimits(max_span_attributes=1, max_events=1, max_links=1, max_event_attributes=1)
    provider = TracerProvider(span_limits=limits, shutdown_on_exit=False)
    many = {"a": 1, "b": 2}
    links = [Link(SpanContext(1, 2, is_remote=False))] * 2
    span = provider.get_tracer("support").start_span("chat", attributes=many, links=links)
    span.add_event("first")
    span.add_event("second", many)
    span.end()
    ended = span._readable_span()  # type: ignore[attr-defined]  # what processors are given

    readable = spooled(ended).readable()

    def dropped(one: ReadableSpan) -> list[int]:
        return [one.dropped_attributes, one.dropped_events, one.dropped_links, one.events[0].dropped_attributes]

    assert dropped(readable) == dropped(ended) == [1, 1, 1, 1]


def test_strange_values(make_span: MakeSpan) -> None:
    """Subclasses of plain types become plain, and what has no plain form is what it shows of itself."""
    values = {
        "enumeration": Colour.RED,
        "mapping": MappingProxyType({"x": (True, 1.5)}),
        "bytes": bytearray(b"ab"),
        "object": range,
        "bounded": BoundedAttributes(attributes={"y": "z"}),
    }

    assert spooled(make_span("chat", attributes=values)).attributes == {
        "enumeration": "red",
        "mapping": {"x": [True, 1.5]},
        "bytes": b"ab",
        "object": "<class 'range'>",
        "bounded": {"y": "z"},
    }


def test_content_is_kept(make_span: MakeSpan) -> None:
    """Where content may be kept, it comes back beside the span and never on it."""
    found = spooled(make_span("chat"), ReadyContent(CONTENT))
    supplement = found.supplement()

    assert supplement is not None
    assert supplement.content() == CONTENT
    assert found.readable().attributes == {"a": 1}


def test_content_is_not_written(make_span: MakeSpan) -> None:
    """Where content may not be kept, nothing of it is in the bytes, and late attributes are on the span."""
    supplement = ReadyContent({"gen_ai.input.messages": b"a secret"}, {"gen_ai.response.id": "r-1"})

    payload = pack_span(make_span("chat"), supplement, 1, keeps_content=False)

    assert b"a secret" not in payload
    assert unpack_span(payload, {}).readable().attributes == {"a": 1, "gen_ai.response.id": "r-1"}


def test_span_that_has_not_ended(make_span: MakeSpan) -> None:
    """A span without an end is refused by name."""
    with pytest.raises(InvalidArgumentError, match="'root' has no ids or no times"):
        spooled(make_span("root", end_time=None))


@pytest.mark.parametrize("payload", [b"", b"no marshal", b"i\0\0\0\0"])
def test_other_format(payload: bytes) -> None:
    """Bytes that are no span of this format are a ValueError, and nothing else."""
    with pytest.raises(ValueError, match=r"span|marshal"):
        unpack_span(payload, {})
