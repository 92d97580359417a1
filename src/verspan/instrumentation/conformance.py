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
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import get_current_span

from verspan import semconv
from verspan.context import ActiveVersion, set_default_version, withdraw_default_version
from verspan.instrumentation.instrumentor import Instrumentor
from verspan.instrumentation.sides import ChatClient, Side
from verspan.settings import ContentMode
from verspan.testing import CapturedSpan, CapturedTelemetry, capture_spans

_VERSION = ActiveVersion("m-" + "7" * 32, "conformance")


class _ConsumerFailedError(Exception):
    """What the application raises while it reads a stream."""


class ChatConformance(ABC):
    """Claims that hold for every instrumented chat client, synchronous and asynchronous."""

    instrumentor: ClassVar[Instrumentor]
    secret: ClassVar[str]
    """A text that the prompt of every call holds and nothing else does."""

    @abstractmethod
    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - the one thing there is to choose
        """A client whose calls a real local server answers."""

    @pytest.fixture(params=[False, True], ids=["sync", "async"])
    def side(self, request: pytest.FixtureRequest) -> Iterator[Side]:
        """The client, once synchronous and once asynchronous; built before it is instrumented."""
        side = Side(self.build, asynchronous=request.param)
        yield side
        side.close()

    @pytest.fixture
    def captured(self) -> Iterator[CapturedTelemetry]:
        """Telemetry of the instrumented client, under a version."""
        set_default_version(_VERSION)
        with capture_spans() as captured:
            self.instrumentor.instrument(**captured.providers)
            yield captured
            self.instrumentor.uninstrument()
        withdraw_default_version(_VERSION)

    def test_whole(self, side: Side, captured: CapturedTelemetry) -> None:
        """A call is one ended client span with operation, provider, finish reasons and the active version."""
        side.call()
        span = _only(captured)
        assert span.kind == "CLIENT"
        assert span.name == f"chat {span.attributes[semconv.GEN_AI_REQUEST_MODEL]}"
        assert span.status == ("UNSET", None)
        assert span.attributes[semconv.GEN_AI_OPERATION_NAME] == "chat"
        assert span.attributes[semconv.GEN_AI_PROVIDER_NAME]
        assert span.attributes[semconv.LOGGED_MODEL_ID] == _VERSION.model_id
        assert "error" not in span.attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]
        assert semconv.GEN_AI_REQUEST_STREAM not in span.attributes

    def test_drained(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that is read to its end is one span, with the answer that the same call gives whole."""
        side.call()
        side.stream().drain()
        whole, streamed = captured.spans()
        assert streamed.status == ("UNSET", None)
        assert streamed.attributes[semconv.GEN_AI_REQUEST_STREAM] is True
        assert streamed.attributes[semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] > 0
        for name in (semconv.GEN_AI_RESPONSE_FINISH_REASONS, semconv.GEN_AI_RESPONSE_MODEL):
            assert streamed.attributes[name] == whole.attributes[name]
        assert streamed.content == whole.content

    def test_next(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream read by ``next`` alone is one span, and reading past its end changes nothing."""
        stream = side.stream()
        with pytest.raises((StopIteration, StopAsyncIteration)):
            stream.next_until_end()
        with pytest.raises((StopIteration, StopAsyncIteration)):
            stream.next()
        assert "error" not in _only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]

    def test_closed(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that is closed half-way is one span that says the answer was cut, and no error."""
        stream = side.stream()
        stream.next()
        stream.close()
        _assert_cut(_only(captured))

    def test_closed_twice(self, side: Side, captured: CapturedTelemetry) -> None:
        """Closing a stream that has ended leaves its one span as it was."""
        stream = side.stream()
        stream.drain()
        stream.close()
        stream.close()
        assert "error" not in _only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]

    def test_left_in_with(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that a ``with`` block is left in the middle of is one span."""
        side.stream().break_out_of_with()
        _assert_cut(_only(captured))

    def test_consumer_fails(self, side: Side, captured: CapturedTelemetry) -> None:
        """An exception of the application's own while it reads ends the span, and reaches the application."""
        with pytest.raises(_ConsumerFailedError):
            side.stream().fail_while_reading(_ConsumerFailedError())
        _assert_cut(_only(captured))

    @pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_interrupted(self, side: Side, captured: CapturedTelemetry, stop: type[BaseException]) -> None:
        """What is not an Exception ends the span like one that is."""
        with pytest.raises(stop):
            side.stream().fail_while_reading(stop())
        _assert_cut(_only(captured))

    def test_dropped(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that is dropped after a chunk is ended by the garbage collector, once."""
        stream = side.stream()
        stream.next()
        response = getattr(stream.stream, "response", None)
        del stream
        _collect(side)
        _assert_cut(_only(captured))
        _release(response, side)

    def test_never_iterated(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that nobody reads is one span too."""
        stream = side.stream()
        response = getattr(stream.stream, "response", None)
        del stream
        _collect(side)
        _assert_cut(_only(captured))
        _release(response, side)

    def test_failing(self, side: Side, captured: CapturedTelemetry) -> None:
        """A refused call is one span with the error's type, and the application gets the client's own exception."""
        with pytest.raises(Exception) as raised:  # noqa: PT011 - each client has exceptions of its own
            side.failing_call()
        span = _only(captured)
        kind = type(raised.value)
        assert span.status == ("ERROR", kind.__qualname__)
        assert span.attributes[semconv.ERROR_TYPE] == kind.__qualname__
        assert span.attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)
        assert span.events == [
            (semconv.EXCEPTION_EVENT, {semconv.EXCEPTION_TYPE: f"{kind.__module__}.{kind.__qualname__}"})
        ]
        assert span.content[semconv.EXCEPTION_MESSAGE] == str(raised.value)

    def test_cancelled(self, captured: CapturedTelemetry) -> None:
        """A task that is cancelled while it waits for the answer leaves one span with that error."""
        side = Side(self.build, asynchronous=True)
        side.cancelled_call()
        assert _only(captured).attributes[semconv.ERROR_TYPE] == "CancelledError"
        side.close()

    def test_raw(self, side: Side, captured: CapturedTelemetry) -> None:
        """A call whose answer comes in an envelope is the span that the same call without one is."""
        if side.raw_call() is None:
            pytest.skip("the client has no raw responses")
        side.call()
        raw, plain = captured.spans()
        same = (semconv.GEN_AI_RESPONSE_FINISH_REASONS, semconv.GEN_AI_USAGE_OUTPUT_TOKENS)
        assert [raw.attributes[name] for name in same] == [plain.attributes[name] for name in same]
        assert raw.content == plain.content

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
            ("chat", "outer"),
            ("chat", "outer"),
            ("outer", None),
        ]

    def test_other_thread(self, captured: CapturedTelemetry) -> None:
        """A stream may be read in another thread than the one that began it."""
        side = Side(self.build, asynchronous=False)
        stream = side.stream()
        reader = threading.Thread(target=stream.drain)
        reader.start()
        reader.join()
        assert "error" not in _only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]
        side.close()

    def test_suppressed(self, side: Side, captured: CapturedTelemetry) -> None:
        """Where OpenTelemetry's instrumentation is suppressed, a call leaves no span."""
        with suppress_instrumentation():
            side.call()
            side.stream().drain()
        assert captured.spans() == []

    def test_twice(self, side: Side, captured: CapturedTelemetry) -> None:
        """Instrumenting a second time changes nothing."""
        type(self.instrumentor)().instrument(**captured.providers)
        side.call()
        _only(captured)

    def test_undone(self, side: Side, captured: CapturedTelemetry) -> None:
        """Uninstrumented, clients built before and after are as they were; instrumented again, they have spans."""
        self.instrumentor.uninstrument()
        later = Side(self.build, asynchronous=side.asynchronous)
        side.call()
        later.stream().drain()
        later.raw_call()
        assert captured.spans() == []
        self.instrumentor.instrument(**captured.providers)
        side.call()
        _only(captured)
        later.close()

    def test_undone_under_way(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that is under way when its client is uninstrumented still ends its span."""
        stream = side.stream()
        stream.next()
        self.instrumentor.uninstrument()
        stream.drain()
        assert "error" not in _only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS]

    def test_same_types(self, side: Side, captured: CapturedTelemetry) -> None:
        """The application gets objects of exactly the types that it gets without instrumentation."""
        traced = [type(side.call()), type(side.stream().stream), type(side.raw_call())]
        self.instrumentor.uninstrument()
        assert traced == [type(side.call()), type(side.stream().stream), type(side.raw_call())]
        del captured
        gc.collect()

    def test_unsampled(self, side: Side) -> None:
        """A call that the sampler declines leaves no span, and is measured like any other."""
        with capture_spans(sampler=ALWAYS_OFF) as captured:
            self.instrumentor.instrument(**captured.providers)
            side.call()
            side.stream().drain()
            self.instrumentor.uninstrument()
            assert captured.spans() == []
            assert semconv.METRIC_OPERATION_DURATION in captured.metrics()

    @pytest.mark.parametrize("content", [ContentMode.NO_CONTENT, ContentMode.LOCAL])
    def test_no_content(self, side: Side, content: ContentMode) -> None:
        """Where content may not leave the process, no attribute, event, status or log has a word of it."""
        with capture_spans(content=content) as captured:
            self._use_everything(side, captured)
            told = [(s.name, s.status, s.attributes, s.events) for s in captured.spans()]
            assert self.secret not in repr((told, captured.events(), captured.metrics()))
            kept = [span.content for span in captured.spans()]
            assert (self.secret in repr(kept)) is (content is ContentMode.LOCAL)

    @pytest.mark.parametrize("content", [ContentMode.SPAN_ONLY, ContentMode.EVENT_ONLY, ContentMode.SPAN_AND_EVENT])
    def test_content(self, side: Side, content: ContentMode) -> None:
        """Content is on spans and on events exactly where OpenTelemetry's variable says so."""
        with capture_spans(content=content) as captured:
            self._use_everything(side, captured)
            assert [self.secret in repr(span.attributes) for span in captured.spans()] == [content.on_spans] * 3
            details = [fields for name, fields in captured.events() if name == semconv.EVENT_INFERENCE_DETAILS]
            assert [self.secret in repr(fields) for fields in details] == [True] * (3 if content.on_events else 0)

    def _use_everything(self, side: Side, captured: CapturedTelemetry) -> None:
        self.instrumentor.instrument(**captured.providers)
        side.call()
        side.stream().drain()
        with pytest.raises(Exception):  # noqa: B017, PT011 - each client has exceptions of its own
            side.failing_call()
        self.instrumentor.uninstrument()


def _collect(side: Side) -> None:
    """Collect three times: what a finalizer or the event loop lets go of at one time is found at the next."""
    for _ in range(3):
        side.settle()
        gc.collect()


def _only(captured: CapturedTelemetry) -> CapturedSpan:
    spans = captured.spans()
    assert len(spans) == 1, [span.name for span in spans]
    assert captured.unfinished() == 0
    return spans[0]


def _assert_cut(span: CapturedSpan) -> None:
    assert span.attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)
    assert span.status == ("UNSET", None)
    assert semconv.ERROR_TYPE not in span.attributes


def _release(response: Any, side: Side) -> None:
    """Close what a dropped stream leaves open, which is the client's own doing."""
    if response is not None:
        side.done(response.aclose() if side.asynchronous else response.close())
