"""Spans as records: every field, whoever made the span."""

from __future__ import annotations

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode

from verspan.instrumentation.handover import ReadyContent, Supplement
from verspan.spool.origins import Origins
from verspan.spool.packing import pack_span, unpack_span
from verspan.spool.spans import SpooledSpan
from verspan.traces.model import EventRecord, LinkRecord, SpanRecord
from verspan_local.records import RecordMaker

START_NS = 1_750_000_000_000_000_000
IDS = SpanContext(trace_id=0xABC, span_id=0x2, is_remote=False)
CONTENT: dict[str, str | bytes] = {
    "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Grüße"}]}]'.encode(),
    "exception.message": "no such model",
    "exception.stacktrace": b"Traceback ...",
}


def _spooled(span: ReadableSpan, supplement: Supplement | None = None, origins: Origins | None = None) -> SpooledSpan:
    """A span as it comes back from the spool, with others that have the same origins."""
    known = origins or Origins()
    return unpack_span(pack_span(span, supplement, known.number_of(span), keeps_content=True), known.known)


def _span(events: tuple[Event, ...] = ()) -> ReadableSpan:
    return ReadableSpan(
        name="chat gpt-4o-mini",
        context=IDS,
        parent=SpanContext(trace_id=0xABC, span_id=0x1, is_remote=True),
        resource=Resource({"service.name": "support"}),
        attributes={"gen_ai.request.stop_sequences": ("a", "b"), "nested": {"list": (1, {"x": None})}, "raw": b"\0"},
        events=events,
        links=(Link(SpanContext(trace_id=0xDEF, span_id=0x3, is_remote=False), {"why": "retry"}),),
        kind=SpanKind.CLIENT,
        instrumentation_scope=InstrumentationScope("support", "1.0"),
        status=Status(StatusCode.ERROR, "NotFoundError"),
        start_time=START_NS,
        end_time=START_NS + 5,
    )


def test_whole_span() -> None:
    """Every field of a span is in its record, content merged into the attributes and an exception's into its event."""
    events = (Event("asked", timestamp=START_NS), Event("exception", {"exception.type": "NotFoundError"}, START_NS + 4))

    assert RecordMaker().record(_spooled(_span(events), ReadyContent(CONTENT))) == SpanRecord(
        trace_id="00000000000000000000000000000abc",
        span_id="0000000000000002",
        parent_span_id="0000000000000001",
        name="chat gpt-4o-mini",
        kind="CLIENT",
        start_ns=START_NS,
        end_ns=START_NS + 5,
        status_code="ERROR",
        status_message="NotFoundError",
        attributes={
            "gen_ai.request.stop_sequences": ["a", "b"],
            "nested": {"list": [1, {"x": None}]},
            "raw": b"\0",
            "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Grüße"}]}]',
        },
        events=(
            EventRecord("asked", START_NS),
            EventRecord(
                "exception",
                START_NS + 4,
                {
                    "exception.type": "NotFoundError",
                    "exception.message": "no such model",
                    "exception.stacktrace": "Traceback ...",
                },
            ),
        ),
        links=(LinkRecord("00000000000000000000000000000def", "0000000000000003", {"why": "retry"}),),
        resource={"service.name": "support"},
        scope_name="support",
        scope_version="1.0",
    )


def test_least_span() -> None:
    """A span with nothing but what it must have has a record too."""
    span = ReadableSpan("root", context=IDS, resource=Resource({}), start_time=START_NS, end_time=START_NS)

    assert RecordMaker().record(_spooled(span)) == SpanRecord(
        trace_id="00000000000000000000000000000abc",
        span_id="0000000000000002",
        parent_span_id=None,
        name="root",
        kind="INTERNAL",
        start_ns=START_NS,
        end_ns=START_NS,
        attributes={},
        resource={},
    )


def test_exception_without_event() -> None:
    """Where a span has no exception event, the exception's message and stack trace are attributes of the span."""
    record = RecordMaker().record(_spooled(_span(), ReadyContent(CONTENT)))

    assert record.attributes["exception.message"] == "no such model"
    assert record.attributes["exception.stacktrace"] == "Traceback ..."


def test_broken_text() -> None:
    """Content that is no UTF-8 is kept as far as it can be read."""
    record = RecordMaker().record(_spooled(_span(), ReadyContent({"gen_ai.output.messages": b"ok \xff"})))

    assert record.attributes["gen_ai.output.messages"] == "ok \N{REPLACEMENT CHARACTER}"


def test_shared_resource() -> None:
    """Records of spans with one resource share one mapping of its attributes."""
    maker, origins = RecordMaker(), Origins()
    resource = Resource({"service.name": "support"})
    spans = [ReadableSpan(name, IDS, resource=resource, start_time=1, end_time=2) for name in ("first", "second")]

    first, second = [maker.record(_spooled(span, None, origins)) for span in spans]

    assert first.resource == {"service.name": "support"}
    assert second.resource is first.resource
