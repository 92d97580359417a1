"""The test suite that every instrumentor runs against each of its adapters: what holds for any call.

What streams and is answered in choices has more to it: :mod:`verspan.instrumentation.conformance`.
"""

from __future__ import annotations

import gc
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import pytest
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from verspan import semconv
from verspan.context import ActiveVersion, set_default_version, withdraw_default_version
from verspan.instrumentation.instrumentor import BaseInstrumentor
from verspan.instrumentation.sides import ChatClient, Side
from verspan.settings import ContentMode
from verspan.testing import CapturedSpan, CapturedTelemetry, capture_spans

_VERSION = ActiveVersion("m-" + "7" * 32, "conformance")


class CallConformance(ABC):
    """Claims that hold for every instrumented client, synchronous and asynchronous."""

    instrumentor: ClassVar[BaseInstrumentor]
    operation_name: ClassVar[str]
    secret: ClassVar[str]
    """A text that every call sends and nothing else holds."""

    @abstractmethod
    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - the one thing there is to choose
        """A client whose calls a real local server answers."""

    def use(self, side: Side) -> None:
        """Make each kind of call that the client has."""
        side.call()

    def types(self, side: Side) -> list[type]:
        """The types of what the client gives for each kind of call."""
        return [type(side.call()), type(side.raw_call())]

    def check_end(self, span: CapturedSpan, *, failed: bool) -> None:  # noqa: ARG002 - an answer without choices has none
        """Assert what a span says of how its answer ended: nothing, where there are no choices."""
        assert semconv.GEN_AI_RESPONSE_FINISH_REASONS not in span.attributes

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
        """A call is one ended client span with operation, provider and the active version."""
        side.call()
        span = only(captured)
        assert span.kind == "CLIENT"
        assert span.name == f"{self.operation_name} {span.attributes[semconv.GEN_AI_REQUEST_MODEL]}"
        assert span.status == ("UNSET", None)
        assert span.attributes[semconv.GEN_AI_OPERATION_NAME] == self.operation_name
        assert span.attributes[semconv.GEN_AI_PROVIDER_NAME]
        assert span.attributes[semconv.LOGGED_MODEL_ID] == _VERSION.model_id
        self.check_end(span, failed=False)
        assert semconv.GEN_AI_REQUEST_STREAM not in span.attributes

    def test_failing(self, side: Side, captured: CapturedTelemetry) -> None:
        """A refused call is one span with the error's type, and the application gets the client's own exception."""
        with pytest.raises(Exception) as raised:  # noqa: PT011 - each client has exceptions of its own
            side.failing_call()
        span = only(captured)
        kind = type(raised.value)
        assert span.status == ("ERROR", kind.__qualname__)
        assert span.attributes[semconv.ERROR_TYPE] == kind.__qualname__
        self.check_end(span, failed=True)
        assert span.events == [
            (semconv.EXCEPTION_EVENT, {semconv.EXCEPTION_TYPE: f"{kind.__module__}.{kind.__qualname__}"})
        ]
        assert span.content[semconv.EXCEPTION_MESSAGE] == str(raised.value)

    def test_cancelled(self, captured: CapturedTelemetry) -> None:
        """A task that is cancelled while it waits for the answer leaves one span with that error."""
        side = Side(self.build, asynchronous=True)
        side.cancelled_call()
        assert only(captured).attributes[semconv.ERROR_TYPE] == "CancelledError"
        side.close()

    def test_raw(self, side: Side, captured: CapturedTelemetry) -> None:
        """A call whose answer comes in an envelope is the span that the same call without one is."""
        if side.raw_call() is None:
            pytest.skip("the client has no raw responses")
        side.call()
        raw, plain = captured.spans()
        same = (semconv.GEN_AI_RESPONSE_FINISH_REASONS, semconv.GEN_AI_USAGE_INPUT_TOKENS)
        assert [raw.attributes.get(name) for name in same] == [plain.attributes.get(name) for name in same]
        assert raw.content == plain.content

    def test_suppressed(self, side: Side, captured: CapturedTelemetry) -> None:
        """Where OpenTelemetry's instrumentation is suppressed, calls leave no span."""
        with suppress_instrumentation():
            self.use(side)
        assert captured.spans() == []

    def test_twice(self, side: Side, captured: CapturedTelemetry) -> None:
        """Instrumenting a second time changes nothing."""
        type(self.instrumentor)().instrument(**captured.providers)
        side.call()
        only(captured)

    def test_undone(self, side: Side, captured: CapturedTelemetry) -> None:
        """Uninstrumented, clients built before and after are as they were; instrumented again, they have spans."""
        self.instrumentor.uninstrument()
        later = Side(self.build, asynchronous=side.asynchronous)
        side.call()
        self.use(later)
        later.raw_call()
        assert captured.spans() == []
        self.instrumentor.instrument(**captured.providers)
        side.call()
        only(captured)
        later.close()

    def test_same_types(self, side: Side, captured: CapturedTelemetry) -> None:
        """The application gets objects of exactly the types that it gets without instrumentation."""
        traced = self.types(side)
        self.instrumentor.uninstrument()
        assert traced == self.types(side)
        del captured
        gc.collect()

    def test_unsampled(self, side: Side) -> None:
        """A call that the sampler declines leaves no span, and is measured like any other."""
        with capture_spans(sampler=ALWAYS_OFF) as captured:
            self.instrumentor.instrument(**captured.providers)
            self.use(side)
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
            count = len(captured.spans())
            assert count > 1
            assert [self.secret in repr(span.attributes) for span in captured.spans()] == [content.on_spans] * count
            details = [fields for name, fields in captured.events() if name == semconv.EVENT_INFERENCE_DETAILS]
            assert [self.secret in repr(fields) for fields in details] == [True] * (count if content.on_events else 0)

    def _use_everything(self, side: Side, captured: CapturedTelemetry) -> None:
        self.instrumentor.instrument(**captured.providers)
        self.use(side)
        with pytest.raises(Exception):  # noqa: B017, PT011 - each client has exceptions of its own
            side.failing_call()
        self.instrumentor.uninstrument()


def only(captured: CapturedTelemetry) -> CapturedSpan:
    """The only span, after which none is open."""
    spans = captured.spans()
    assert len(spans) == 1, [span.name for span in spans]
    assert captured.unfinished() == 0
    return spans[0]
