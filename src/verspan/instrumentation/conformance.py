"""The test suite that every instrumentor of a chat client runs against its adapter.

A member's tests subclass :class:`ChatConformance`, name their instrumentor and build their client::

    class TestConformance(ChatConformance):
        instrumentor = AcmeInstrumentor()
        secret = "what the prompt says"

        def build(self, asynchronous: bool) -> ChatClient: ...

What is asserted is what every client has in common. A member's own snapshots say what its spans hold.
"""

from __future__ import annotations

import gc
import threading
from typing import Any

import pytest
from opentelemetry.trace import get_current_span

from verspan import semconv
from verspan.instrumentation.call_conformance import CallConformance, only
from verspan.instrumentation.sides import Side
from verspan.testing import CapturedSpan, CapturedTelemetry


class _ConsumerFailedError(Exception):
    """What the application raises while it reads a stream."""


class ChatConformance(CallConformance):
    """Claims that hold for every instrumented chat client, synchronous and asynchronous."""

    operation_name = "chat"

    def use(self, side: Side) -> None:
        """Make a call that is answered whole, and one that streams."""
        super().use(side)
        side.stream().drain()

    def types(self, side: Side) -> list[type]:
        """The types of whole answers, streams and envelopes."""
        return [*super().types(side), type(side.stream().stream)]

    def check_end(self, span: CapturedSpan, *, failed: bool) -> None:
        """Assert one finish reason for each choice, and that it is none of an error unless the call failed."""
        reasons = span.attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]
        assert reasons == ("error",) if failed else "error" not in reasons

    def test_drained(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that is read to its end is one span, with the answer that the same call gives whole."""
        side.call()
        side.stream().drain()
        whole, streamed = captured.spans()
        assert streamed.status == ("UNSET", None)
        assert streamed.attributes[semconv.GEN_AI_REQUEST_STREAM] is True
        assert streamed.attributes[semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] > 0
        for name in (semconv.GEN_AI_RESPONSE_FINISH_REASONS, semconv.GEN_AI_RESPONSE_MODEL):
            assert streamed.attributes.get(name) == whole.attributes.get(name)
        assert streamed.content == whole.content

    def test_next(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream read by ``next`` alone is one span, and reading past its end changes nothing."""
        stream = side.stream()
        with pytest.raises((StopIteration, StopAsyncIteration)):
            stream.next_until_end()
        with pytest.raises((StopIteration, StopAsyncIteration)):
            stream.next()
        assert "error" not in only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]

    def test_closed(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that is closed half-way is one span that says the answer was cut, and no error."""
        stream = side.stream()
        stream.next()
        stream.close()
        _assert_cut(only(captured))

    def test_closed_twice(self, side: Side, captured: CapturedTelemetry) -> None:
        """Closing a stream that has ended leaves its one span as it was."""
        stream = side.stream()
        stream.drain()
        stream.close()
        stream.close()
        assert "error" not in only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]

    def test_left_in_with(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that a ``with`` block is left in the middle of is one span."""
        side.stream().break_out_of_with()
        _assert_cut(only(captured))

    def test_consumer_fails(self, side: Side, captured: CapturedTelemetry) -> None:
        """An exception of the application's own while it reads ends the span, and reaches the application."""
        with pytest.raises(_ConsumerFailedError):
            side.stream().fail_while_reading(_ConsumerFailedError())
        _assert_cut(only(captured))

    @pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_interrupted(self, side: Side, captured: CapturedTelemetry, stop: type[BaseException]) -> None:
        """What is not an Exception ends the span like one that is."""
        with pytest.raises(stop):
            side.stream().fail_while_reading(stop())
        _assert_cut(only(captured))

    def test_dropped(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that is dropped after a chunk is ended by the garbage collector, once."""
        stream = side.stream()
        stream.next()
        response = getattr(stream.stream, "response", None)
        del stream
        _collect(side)
        _assert_cut(only(captured))
        _release(response, side)

    def test_never_iterated(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that nobody reads is one span too."""
        stream = side.stream()
        response = getattr(stream.stream, "response", None)
        del stream
        _collect(side)
        _assert_cut(only(captured))
        _release(response, side)

    def test_parent(self, side: Side, captured: CapturedTelemetry) -> None:
        """The span is a child of the current one, and is current neither after a call nor between two chunks."""
        with captured.provider.get_tracer("application").start_as_current_span("outer") as outer:
            side.call()
            assert get_current_span() is outer
            stream = side.stream()
            stream.next()
            assert get_current_span() is outer
            stream.drain()
        assert [(span.name.split()[0], span.parent) for span in captured.spans()] == [
            (self.operation_name, "outer"),
            (self.operation_name, "outer"),
            ("outer", None),
        ]

    def test_other_thread(self, captured: CapturedTelemetry) -> None:
        """A stream may be read in another thread than the one that began it."""
        side = Side(self.build, asynchronous=False)
        stream = side.stream()
        reader = threading.Thread(target=stream.drain)
        reader.start()
        reader.join()
        assert "error" not in only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]
        side.close()

    def test_undone_under_way(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that is under way when its client is uninstrumented still ends its span."""
        stream = side.stream()
        stream.next()
        self.instrumentor.uninstrument()
        stream.drain()
        assert "error" not in only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]


def _collect(side: Side) -> None:
    """Collect three times: what a finalizer or the event loop lets go of at one time is found at the next."""
    for _ in range(3):
        side.settle()
        gc.collect()


def _assert_cut(span: CapturedSpan) -> None:
    assert span.attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)
    assert span.status == ("UNSET", None)
    assert semconv.ERROR_TYPE not in span.attributes


def _release(response: Any, side: Side) -> None:
    """Close what a dropped stream leaves open, which is the client's own doing."""
    if response is not None:
        side.done(response.aclose() if side.asynchronous else response.close())
