"""Spans around blocks, and the current span and trace."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import INVALID_SPAN, StatusCode, get_current_span
from tests.processes import said
from tests.tracing.conftest import Unspeakable

import verspan
from verspan.testing import CapturedSpan, CapturedTelemetry, capture_spans
from verspan.tracing import notes


def span_named(name: str, **changed: Any) -> CapturedSpan:
    """A span made by hand about which nothing was said."""
    nothing: dict[str, Any] = {
        "kind": "INTERNAL",
        "parent": None,
        "status": ("UNSET", None),
        "attributes": {},
        "events": [],
        "scope": "verspan",
        "content": {},
    }
    return CapturedSpan(name=name, **{**nothing, **changed})


def test_blocks(captured: CapturedTelemetry) -> None:
    """A block's span has what is said about it, and a block inside it is its child."""
    with (
        verspan.start_span("answer", span_type="CHAIN", attributes={"app.shelf": 7}) as outer,
        verspan.start_span() as inner,
    ):
        inner.set_inputs({"question": "Where?"})
        inner.set_outputs(["here"])
        inner.set_attribute("app.page", 1)
        inner.set_attributes({"app.line": 2})
        inner.set_span_type("TOOL")
        inner.add_event("looked up", {"app.found": True})
        inner.set_status("error", "not polite")
        assert (outer.trace_id, inner.trace_id) == (f"{1:032x}",) * 2
        assert (outer.span_id, inner.span_id) == (f"{1:016x}", f"{2:016x}")
    assert captured.spans() == [
        span_named(
            "span",
            parent="answer",
            status=("ERROR", "not polite"),
            attributes={"app.page": 1, "app.line": 2, "verspan.span.type": "TOOL"},
            events=[("looked up", {"app.found": True})],
            content={"verspan.inputs": '{"question":"Where?"}', "verspan.outputs": '["here"]'},
        ),
        span_named("answer", attributes={"app.shelf": 7, "verspan.span.type": "CHAIN"}),
    ]


def test_exception(captured: CapturedTelemetry) -> None:
    """An exception that leaves a block fails its span and goes on; one that is recorded by hand fails it too."""
    with verspan.start_span("inner") as inner:
        inner.record_exception(ValueError("no matter"))
    with pytest.raises(LookupError, match="not here"), verspan.start_span("outer"):
        raise LookupError("not here")
    assert [(span.name, span.status, span.content["exception.message"]) for span in captured.spans()] == [
        ("inner", ("ERROR", "ValueError"), "no matter"),
        ("outer", ("ERROR", "LookupError"), "not here"),
    ]


@pytest.mark.parametrize(
    ("given", "recorded"),
    [("OK", "OK"), ("ok", "OK"), ("UNSET", "UNSET"), (StatusCode.ERROR, "ERROR"), ("ERROR", "ERROR")],
)
def test_status(captured: CapturedTelemetry, given: str | StatusCode, recorded: str) -> None:
    """A status is given by its name or by OpenTelemetry's own constant."""
    with verspan.start_span() as span:
        span.set_status(given)
    assert captured.spans()[0].status == (recorded, None)


def test_unknown_status(captured: CapturedTelemetry, caplog: pytest.LogCaptureFixture) -> None:
    """A status that does not exist changes nothing, and is said."""
    with verspan.start_span() as span:
        span.set_status("FINE")
    assert captured.spans() == [span_named("span")]
    warning = "a span's status is one of UNSET, OK, ERROR, and not 'FINE'"
    assert caplog.record_tuples == [("verspan.tracing.live", logging.WARNING, warning)]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda span: span.set_attributes(7),
        lambda span: span.set_status(None),
        lambda span: span.add_event("event", 7),
        lambda span: span.set_inputs(Unspeakable()),
    ],
)
def test_wrong_arguments(
    monkeypatch: pytest.MonkeyPatch, captured: CapturedTelemetry, wrong: Callable[[verspan.LiveSpan], None]
) -> None:
    """Whatever is said wrongly about a span, the application goes on."""
    monkeypatch.delenv("VERSPAN_RAISE_INTERNAL_ERRORS")
    with verspan.start_span() as span:
        wrong(span)
    assert captured.unfinished() == 0


def test_after_the_end(captured: CapturedTelemetry) -> None:
    """Ending a span twice is once, and what is said after its end is not recorded."""
    with verspan.start_span("short") as span:
        span.end()
        span.set_inputs("late")
    span.end()
    assert captured.spans() == [span_named("short")]


async def test_block_closed_elsewhere(captured: CapturedTelemetry, caplog: pytest.LogCaptureFixture) -> None:
    """A block in an async generator that another task closes ends its span, and OpenTelemetry has nothing to say."""

    async def pages() -> AsyncIterator[int]:
        with verspan.start_span("pages"):
            yield 1

    stream: Any = pages()
    await asyncio.create_task(stream.__anext__())
    await asyncio.create_task(stream.aclose())
    assert captured.spans() == [span_named("pages")]
    assert caplog.records == []


def test_block_dropped(captured: CapturedTelemetry) -> None:
    """A block in a generator that is dropped ends its span, which has not failed."""

    def pages() -> Iterator[int]:
        with verspan.start_span("pages"):
            yield 1

    stream: Any = pages()
    next(stream)
    del stream
    gc.collect()
    assert captured.spans() == [span_named("pages")]


def test_current_span(captured: CapturedTelemetry) -> None:
    """Inside a block the current span is the block's own object, and outside there is none again."""
    assert verspan.get_current_active_span() is None
    with verspan.start_span("outer") as outer:
        with verspan.start_span("inner") as inner:
            assert verspan.get_current_active_span() is inner
        assert verspan.get_current_active_span() is outer
    assert verspan.get_current_active_span() is None
    assert get_current_span() is INVALID_SPAN
    assert captured.unfinished() == 0


def test_current_span_of_somebody_else(captured: CapturedTelemetry) -> None:
    """The current span may be another instrumentation's: attributes reach it, content does not, nor is it ended."""
    with trace.get_tracer("web").start_as_current_span("GET /") as theirs:
        span = verspan.get_current_active_span()
        assert span is not None
        assert span.otel_span is theirs
        span.set_attribute("app.shelf", 7)
        span.set_inputs("a question")
        span.end()
        assert theirs.is_recording()
    assert captured.spans() == [span_named("GET /", scope="web", attributes={"app.shelf": 7})]


def test_content_of_somebody_else(content_on_spans: CapturedTelemetry) -> None:
    """Where content may be on spans, it may be on the span of another instrumentation."""
    with trace.get_tracer("web").start_as_current_span("GET /"):
        span = verspan.get_current_active_span()
        assert span is not None
        span.set_inputs("a question")
    assert content_on_spans.spans()[0].attributes == {"verspan.inputs": '"a question"'}


def test_nothing_set_up(tmp_path: Path) -> None:
    """A span by hand in a process that has set nothing up is recorded, with a version named after the folder."""
    lines = said(
        """
        import verspan
        with verspan.start_span("block") as span:
            span.set_inputs("a question")
        kept = verspan.get_trace(span.trace_id)
        print(kept.summary.name, kept.summary.model_name, kept.summary.request_preview)
        """,
        tmp_path,
    )
    assert lines == [f"block {tmp_path.name} a question"]


def test_not_sampled() -> None:
    """A trace that is not sampled leaves nothing behind."""
    before = trace._TRACER_PROVIDER
    with capture_spans(sampler=ALWAYS_OFF) as captured:
        trace._TRACER_PROVIDER = captured.provider
        try:
            with verspan.start_span("block") as span:
                span.set_inputs(Unspeakable())
                verspan.update_current_trace(user_id="u-17")
        finally:
            trace._TRACER_PROVIDER = before
    assert (captured.spans(), notes._notes.of_traces) == ([], {})


def test_update_current_trace(captured: CapturedTelemetry) -> None:
    """Tags and metadata go on the current span; session and user on it and on every later span of the trace alone."""
    tracer = trace.get_tracer("client")
    with verspan.start_span("root"):
        tracer.start_span("before").end()
        with verspan.start_span("current"):
            verspan.update_current_trace({"channel": "chat"}, {"shelf": "7"}, session_id="s-1", user_id="u-17")
            verspan.update_current_trace(user_id="u-18")
            tracer.start_span("after").end()
    tracer.start_span("another trace").end()
    later = {"session.id": "s-1", "user.id": "u-18"}
    assert {span.name: span.attributes for span in captured.spans()} == {
        "before": {},
        "after": later,
        "current": {**later, "verspan.tag.channel": "chat", "verspan.metadata.shelf": "7"},
        "root": {},
        "another trace": {},
    }
    assert notes._notes.of_traces == {}


def test_update_without_a_span(captured: CapturedTelemetry) -> None:
    """Without a current span nothing is updated."""
    verspan.update_current_trace(tags={"channel": "chat"}, session_id="s-1")
    assert (captured.spans(), notes._notes.of_traces) == ([], {})


def test_values_that_are_not_text(captured: CapturedTelemetry) -> None:
    """What is said about a trace is text; anything else is made so."""
    with verspan.start_span("root"):
        verspan.update_current_trace({"attempt": 2}, user_id=17)  # type: ignore[dict-item,arg-type]  # the point
    assert captured.spans()[0].attributes == {"user.id": "17", "verspan.tag.attempt": "2"}


def test_last_active_trace(captured: CapturedTelemetry) -> None:
    """The trace that ended last is remembered for the process and for each thread."""
    here: list[str | None] = []

    def elsewhere() -> None:
        here.append(verspan.get_last_active_trace_id(thread_local=True))
        with verspan.start_span("elsewhere"):
            pass
        here.append(verspan.get_last_active_trace_id(thread_local=True))

    with verspan.start_span("root") as root:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert verspan.get_last_active_trace_id() == here[1]
    assert here[0] is None
    assert here[1] is not None
    assert verspan.get_last_active_trace_id() == verspan.get_last_active_trace_id(thread_local=True) == root.trace_id
    assert captured.unfinished() == 0
