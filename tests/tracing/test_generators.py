"""``@trace`` on generators and async generators."""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import INVALID_SPAN, get_current_span
from tests.tracing.conftest import the_span

import verspan
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES
from verspan.testing import CapturedSpan, CapturedTelemetry

MODULE = __name__
UNSET = ("UNSET", None)


class TroubleError(Exception):
    """Something that goes wrong in a test."""


@verspan.trace
def tokens(count: int) -> Iterator[str]:
    """Tokens, as many as asked for."""
    for number in range(count):
        assert get_current_span().is_recording()
        yield f"t{number}"


@verspan.trace
async def tokens_later(count: int) -> AsyncIterator[str]:
    """Tokens, as many as asked for, after a moment each."""
    for number in range(count):
        await asyncio.sleep(0)
        assert get_current_span().is_recording()
        yield f"t{number}"


@verspan.trace
def conversation() -> Generator[str, str, str]:
    """Answers to what is sent, until something is thrown in."""
    heard = "nothing"
    while True:
        try:
            heard = yield f"heard {heard}"
        except TroubleError as trouble:  # noqa: PERF203 - it is thrown in at each step
            return f"stopped by {trouble}"


@verspan.trace
async def conversation_later() -> AsyncGenerator[str, str]:
    """The same, asynchronously."""
    heard = "nothing"
    while True:
        try:
            heard = yield f"heard {heard}"
        except TroubleError:  # noqa: PERF203 - likewise
            return


def span_of(function: str, inputs: str, outputs: str) -> CapturedSpan:
    """The span of a generator of this module that did not fail."""
    return CapturedSpan(
        name=function,
        kind="INTERNAL",
        parent=None,
        status=UNSET,
        attributes={"code.function.name": f"{MODULE}.{function}"},
        events=[],
        scope="verspan",
        content={"verspan.inputs": inputs, "verspan.outputs": outputs},
    )


async def test_exhausted(captured: CapturedTelemetry) -> None:
    """A generator that is used up gives one span with everything it yielded, and its consumer is never inside it."""
    for _ in tokens(2):
        assert get_current_span() is INVALID_SPAN
    async for _ in tokens_later(2):
        assert get_current_span() is INVALID_SPAN
    assert captured.spans() == [
        span_of("tokens", '{"count":2}', '["t0","t1"]'),
        span_of("tokens_later", '{"count":2}', '["t0","t1"]'),
    ]


def test_not_begun(captured: CapturedTelemetry) -> None:
    """A generator that is never stepped has done nothing, and gives no span."""
    tokens(2)
    conversation().close()
    tokens_later(2)
    assert (captured.spans(), captured.unfinished()) == ([], 0)


def test_closed(captured: CapturedTelemetry) -> None:
    """A generator that is closed early ends its span with what it yielded until then, and has not failed."""
    stream = tokens(5)
    assert isinstance(stream, Generator)
    next(stream)
    stream.close()
    assert the_span(captured) == span_of("tokens", '{"count":5}', '["t0"]')


def test_dropped(captured: CapturedTelemetry) -> None:
    """A generator that is dropped half-way, in a cycle of references too, ends its span likewise."""
    stream: Any = tokens(5)
    next(stream)
    cycle = [stream]
    cycle.append(cycle)
    del stream, cycle
    gc.collect()
    assert the_span(captured) == span_of("tokens", '{"count":5}', '["t0"]')


async def test_left_early(captured: CapturedTelemetry) -> None:
    """An async generator that is left by a break and closed ends its span with what it yielded until then."""
    stream = tokens_later(5)
    assert isinstance(stream, AsyncGenerator)
    async for _ in stream:
        break
    await stream.aclose()
    assert the_span(captured) == span_of("tokens_later", '{"count":5}', '["t0"]')


def test_dropped_later(captured: CapturedTelemetry, caplog: pytest.LogCaptureFixture) -> None:
    """An async generator that is dropped is closed by its loop in another task, and nobody has to complain."""

    async def look_once() -> None:
        async for _ in tokens_later(5):
            break
        for _ in range(3):  # the loop makes a task that closes what was dropped
            await asyncio.sleep(0)

    asyncio.run(look_once())
    assert the_span(captured) == span_of("tokens_later", '{"count":5}', '["t0"]')
    assert caplog.records == []


def test_without_its_loop(captured: CapturedTelemetry) -> None:
    """An async generator whose loop is gone ends its span when it is collected."""
    loop = asyncio.new_event_loop()
    stream: Any = tokens_later(5)
    loop.run_until_complete(stream.__anext__())
    loop.close()
    del stream
    gc.collect()
    assert the_span(captured) == span_of("tokens_later", '{"count":5}', '["t0"]')


async def test_closed_elsewhere(captured: CapturedTelemetry, caplog: pytest.LogCaptureFixture) -> None:
    """A generator may be closed in another task than the one that began it: OpenTelemetry has nothing to say."""
    stream = tokens_later(5)
    assert isinstance(stream, AsyncGenerator)
    await asyncio.create_task(stream.__anext__())
    await asyncio.create_task(stream.aclose())
    assert the_span(captured) == span_of("tokens_later", '{"count":5}', '["t0"]')
    assert caplog.records == []


def test_consumed_in_another_thread(captured: CapturedTelemetry) -> None:
    """A generator may go on in another thread, and its span is current there."""
    stream = tokens(3)
    taken = [next(stream)]
    thread = threading.Thread(target=lambda: taken.extend(stream))
    thread.start()
    thread.join()
    assert taken == ["t0", "t1", "t2"]
    assert the_span(captured) == span_of("tokens", '{"count":3}', '["t0","t1","t2"]')


def test_sending_throwing_returning(captured: CapturedTelemetry) -> None:
    """What is sent and thrown into a generator reaches it, and what it returns reaches whoever delegates to it."""

    def delegating() -> Generator[str, str, str]:
        return (yield from conversation())

    talk = delegating()
    assert [next(talk), talk.send("tea")] == ["heard nothing", "heard tea"]
    with pytest.raises(StopIteration) as stopped:
        talk.throw(TroubleError("smoke"))
    assert stopped.value.value == "stopped by smoke"
    assert the_span(captured) == span_of("conversation", "{}", '["heard nothing","heard tea"]')


async def test_sending_and_throwing_later(captured: CapturedTelemetry) -> None:
    """What is sent and thrown into an async generator reaches it."""
    talk = conversation_later()
    assert [await talk.__anext__(), await talk.asend("tea")] == ["heard nothing", "heard tea"]
    with pytest.raises(StopAsyncIteration):
        await talk.athrow(TroubleError("smoke"))
    assert the_span(captured) == span_of("conversation_later", "{}", '["heard nothing","heard tea"]')


async def test_failing(captured: CapturedTelemetry) -> None:
    """An error in a generator goes on to its consumer and fails the span; what it yielded before is no output."""

    @verspan.trace
    def failing() -> Iterator[int]:
        yield 1
        raise TroubleError

    @verspan.trace
    async def failing_later() -> AsyncIterator[int]:
        yield 1
        raise TroubleError

    with pytest.raises(TroubleError):
        list(failing())
    with pytest.raises(TroubleError):
        [_ async for _ in failing_later()]
    for span in captured.spans():
        assert (span.status, span.attributes["error.type"]) == (("ERROR", "TroubleError"), "TroubleError")
        assert "verspan.outputs" not in span.content


def test_failing_on_close(captured: CapturedTelemetry) -> None:
    """An error in a generator's own cleaning up fails the span and reaches whoever closes it."""

    @verspan.trace
    def untidy() -> Iterator[int]:
        try:
            yield 1
        finally:
            raise TroubleError

    stream = untidy()
    assert isinstance(stream, Generator)
    next(stream)
    with pytest.raises(TroubleError):
        stream.close()
    assert the_span(captured).status == ("ERROR", "TroubleError")


async def test_nested_spans(captured: CapturedTelemetry) -> None:
    """A span that a generator's own code holds open over a yield is found again after it."""

    @verspan.trace
    def outer() -> Iterator[int]:
        with verspan.start_span("block"):
            yield 1
            with trace.get_tracer("app").start_as_current_span("after"):
                yield 2
        with verspan.start_span("last"):
            pass

    @verspan.trace
    async def outer_later() -> AsyncIterator[int]:
        with verspan.start_span("block"):
            yield 1
            await asyncio.sleep(0)
            with trace.get_tracer("app").start_as_current_span("after"):
                pass

    list(outer())
    [_ async for _ in outer_later()]
    assert [(span.name, span.parent) for span in captured.spans()] == [
        ("after", "block"),
        ("block", "outer"),
        ("last", "outer"),
        ("outer", None),
        ("after", "block"),
        ("block", "outer_later"),
        ("outer_later", None),
    ]


def test_interleaved(captured: CapturedTelemetry) -> None:
    """Generators that are stepped in turn keep to their own spans."""
    assert list(zip(tokens(2), tokens(3), strict=False)) == [("t0", "t0"), ("t1", "t1")]
    assert [(span.parent, span.content["verspan.inputs"]) for span in captured.spans()] == [
        (None, '{"count":2}'),
        (None, '{"count":3}'),
    ]


def test_reducer(captured: CapturedTelemetry) -> None:
    """A reducer makes one output of the items."""
    stream = verspan.trace(output_reducer="".join)(inspect.unwrap(tokens))
    list(stream(3))
    assert the_span(captured) == span_of("tokens", '{"count":3}', '"t0t1t2"')


def test_failing_reducer(monkeypatch: pytest.MonkeyPatch, captured: CapturedTelemetry) -> None:
    """A reducer that fails costs the span its output, and the consumer nothing."""
    monkeypatch.delenv("VERSPAN_RAISE_INTERNAL_ERRORS")
    assert list(verspan.trace(output_reducer=sum)(inspect.unwrap(tokens))(1)) == ["t0"]
    span = the_span(captured)
    assert (span.status, span.content) == (UNSET, {"verspan.inputs": '{"count":1}'})


def test_items_as_they_were(captured: CapturedTelemetry) -> None:
    """An item that is changed after it was yielded is recorded as it was."""

    @verspan.trace
    def one_list() -> Iterator[list[int]]:
        items: list[int] = []
        for number in range(2):
            items.append(number)
            yield items

    list(one_list())
    assert the_span(captured).content["verspan.outputs"] == "[[0],[0,1]]"


def test_endless_generator(captured: CapturedTelemetry) -> None:
    """Of a generator that yields more than an attribute holds no more is kept, and the span says how much was left."""

    @verspan.trace
    def pages(count: int) -> Iterator[str]:
        for _ in range(count):
            yield "x" * 1000

    list(pages(2000))
    text = the_span(captured).content["verspan.outputs"]
    kept = json.loads(text)
    assert len(text) < MAX_CONTENT_BYTES + 100
    assert kept[-1] == f"… ({2000 - len(kept) + 1} more items)"


def test_content_off(content_off: CapturedTelemetry) -> None:
    """Where no content is captured, nothing of what is yielded is kept."""
    assert list(verspan.trace(output_reducer="".join)(inspect.unwrap(tokens))(2)) == ["t0", "t1"]
    assert the_span(content_off).content == {}


def test_seen_from_outside() -> None:
    """A decorated generator function is one, with the signature it had."""
    assert inspect.isgeneratorfunction(tokens)
    assert inspect.isasyncgenfunction(tokens_later)
    assert str(inspect.signature(tokens_later)) == "(count: 'int') -> 'AsyncIterator[str]'"
