"""The span processor that stamps the version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, Tracer, set_span_in_context

import verspan
from verspan.context import (
    ActiveVersion,
    Caller,
    _state,
    clear_default_version,
    set_default_version,
    with_active_version,
    with_caller,
    withdraw_default_version,
)
from verspan.processor import VersionSpanProcessor
from verspan.tracing import notes

V1 = ActiveVersion("m-" + "1" * 32, "agent-v1")
V2 = ActiveVersion("m-" + "2" * 32)
STAMP_1 = {"logged_model.id": V1.model_id, "logged_model.name": "agent-v1"}


@pytest.fixture(autouse=True)
def no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names no version, and an error of our own fails the test."""
    monkeypatch.delenv("VERSPAN_ACTIVE_MODEL", raising=False)
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")


@pytest.fixture
def memory() -> InMemorySpanExporter:
    """Keeps what has ended."""
    return InMemorySpanExporter()


@pytest.fixture
def tracing(memory: InMemorySpanExporter) -> Callable[..., Tracer]:
    """Makes the tracer of an application that has added the processor itself."""

    def tracer(naming: Callable[[], object] | None = None) -> Tracer:
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(VersionSpanProcessor(naming))
        provider.add_span_processor(SimpleSpanProcessor(memory))
        return provider.get_tracer("app")

    return tracer


@pytest.fixture
def default_version() -> Iterator[ActiveVersion]:
    """The process's version while the test lasts."""
    set_default_version(V1)
    yield V1
    withdraw_default_version(V1)


def attributes(memory: InMemorySpanExporter) -> list[dict[str, Any]]:
    """The attributes of the spans that have ended, in that order."""
    return [dict(span.attributes or {}) for span in memory.get_finished_spans()]


@pytest.mark.usefixtures("default_version")
def test_stamp(tracing: Callable[..., Tracer], memory: InMemorySpanExporter) -> None:
    """A span has the version of the context it is started in, else that of the process; a name where there is one."""
    tracer = tracing()
    tracer.start_span("process", attributes={"app.shelf": 7}).end()
    tracer.start_span("context", with_active_version(V2, Context())).end()
    assert attributes(memory) == [{"app.shelf": 7, **STAMP_1}, {"logged_model.id": V2.model_id}]


CALLED = with_caller(Caller(V2, "s-1"), Context())


@pytest.mark.usefixtures("default_version")
def test_caller(tracing: Callable[..., Tracer], memory: InMemorySpanExporter) -> None:
    """A span below a request names its caller's version and session beside its own; the same version is named once."""
    tracer = tracing()
    tracer.start_span("other", CALLED).end()
    tracer.start_span("same", with_caller(Caller(ActiveVersion(V1.model_id)), Context())).end()
    other = {**STAMP_1, "logged_model.caller.id": V2.model_id, "session.id": "s-1"}
    assert attributes(memory) == [other, STAMP_1]


def test_callers_version(tracing: Callable[..., Tracer], memory: InMemorySpanExporter) -> None:
    """Where the process names no version a span has its caller's, and none is named for it."""
    tracing(pytest.fail).start_span("one", CALLED).end()
    assert attributes(memory) == [{"logged_model.id": V2.model_id, "session.id": "s-1"}]


def test_caller_of_no_version(tracing: Callable[..., Tracer], memory: InMemorySpanExporter) -> None:
    """Where the process is to have no version a span names its caller's all the same."""
    clear_default_version()
    try:
        tracing(pytest.fail).start_span("one", CALLED).end()
    finally:
        _state.put()
    assert attributes(memory) == [{"logged_model.caller.id": V2.model_id, "session.id": "s-1"}]


def test_no_version(tracing: Callable[..., Tracer], memory: InMemorySpanExporter) -> None:
    """A span has nothing where there is no version."""
    tracing().start_span("one").end()
    assert attributes(memory) == [{}]


def test_named_once(tracing: Callable[..., Tracer], memory: InMemorySpanExporter) -> None:
    """The first span without a version has one named, and what the naming itself traces is let through."""
    named = []

    def naming() -> None:
        named.append("once")
        tracer.start_span("naming").end()

    tracer = tracing(naming)
    tracer.start_span("one").end()
    tracer.start_span("two").end()
    assert ([span.name for span in memory.get_finished_spans()], named) == (["naming", "one", "two"], ["once"])


@pytest.mark.usefixtures("default_version")
def test_not_named(tracing: Callable[..., Tracer], memory: InMemorySpanExporter) -> None:
    """Where a version is active none is named."""
    tracing(pytest.fail).start_span("one").end()
    assert attributes(memory) == [STAMP_1]


def test_no_version_wanted(tracing: Callable[..., Tracer], memory: InMemorySpanExporter) -> None:
    """Where the application has said that its process has no version, none is named."""
    clear_default_version()
    try:
        tracing(pytest.fail).start_span("one").end()
    finally:
        _state.put()
    assert attributes(memory) == [{}]


def test_failing_naming(
    monkeypatch: pytest.MonkeyPatch,
    tracing: Callable[..., Tracer],
    memory: InMemorySpanExporter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A naming that fails is logged, and spans go on without a version."""
    monkeypatch.delenv("VERSPAN_RAISE_INTERNAL_ERRORS")

    class OutOfNamesError(Exception):
        """There are none left."""

    def naming() -> None:
        raise OutOfNamesError

    tracer = tracing(naming)
    tracer.start_span("one").end()
    tracer.start_span("two").end()
    assert attributes(memory) == [{}, {}]
    (line,) = caplog.messages
    assert "error while stamping the version on a span (OutOfNamesError)" in line


def test_remote_parent(tracing: Callable[..., Tracer]) -> None:
    """The end of a trace is that of its root in this process, the child of another process's span included."""
    remote = SpanContext(trace_id=7, span_id=8, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    tracer = tracing()
    root = tracer.start_span("root", set_span_in_context(NonRecordingSpan(remote)))
    notes.add_notes(7, {"user.id": "u-17"})
    child = tracer.start_span("child", set_span_in_context(root))
    child.end()
    assert notes.notes_for(root) == {"user.id": "u-17"}
    root.end()
    assert (notes.notes_for(root), verspan.get_last_active_trace_id()) == (None, f"{7:032x}")


def test_noted_attributes(tracing: Callable[..., Tracer], memory: InMemorySpanExporter) -> None:
    """Session and user of a trace go on its later spans, whichever instrumentation makes them."""
    tracer = tracing()
    root = tracer.start_span("root")
    notes.add_notes(root.get_span_context().trace_id, {"user.id": "u-17"})
    tracer.start_span("child", set_span_in_context(root)).end()
    root.end()
    assert attributes(memory) == [{"user.id": "u-17"}, {}]


def test_span_without_a_context() -> None:
    """A span that somebody has made without ids ends like any other."""
    VersionSpanProcessor().on_end(ReadableSpan("odd"))


def test_flush() -> None:
    """A flush of the provider goes on to the processors that come after this one."""
    assert VersionSpanProcessor().force_flush() is True
