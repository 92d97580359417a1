"""Streams that are plain generators: the application gets a generator, which ends its call exactly once."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Generator
from inspect import isasyncgen, isgenerator
from typing import Any

import pytest
import wrapt

from verspan.instrumentation.telemetry import Telemetry
from verspan.instrumentation.wrapper import CallWrapper
from verspan.semconv import ERROR_TYPE, GEN_AI_OUTPUT_MESSAGES, GEN_AI_RESPONSE_FINISH_REASONS
from verspan.testing import CapturedTelemetry

from .acme import WORDS, AcmeAdapter


class _Reciter:
    """Recites by generators, and counts those that were closed."""

    def __init__(self) -> None:
        self.closed = 0

    def recite(self, prompt: str) -> Generator[str, None, None]:
        try:
            yield from WORDS
            if prompt == "fail":
                raise RuntimeError("acme is closed")
        finally:
            self.closed += 1

    async def recite_async(self, prompt: str) -> AsyncGenerator[str, None]:
        try:
            for word in self.recite(prompt):
                await asyncio.sleep(0)
                yield word
        finally:
            await asyncio.sleep(0)


class _GeneratorAdapter(AcmeAdapter):
    def is_stream(self, response: Any) -> bool:
        return isgenerator(response) or isasyncgen(response)


@pytest.fixture
def reciter(captured: CapturedTelemetry) -> Any:
    """A traced reciter."""
    telemetry = Telemetry.for_scope("verspan-acme", "1", **captured.providers)
    wrapper = CallWrapper(telemetry, [_GeneratorAdapter()])

    class Traced(_Reciter):
        recite_traced = wrapt.FunctionWrapper(_Reciter.recite, wrapper)
        recite_async = wrapt.FunctionWrapper(_Reciter.recite_async, wrapper)

    return Traced()


def _only_reasons(captured: CapturedTelemetry) -> Any:
    (span,) = captured.spans()
    assert captured.unfinished() == 0
    return span.attributes[GEN_AI_RESPONSE_FINISH_REASONS]


def test_generator(reciter: Any, captured: CapturedTelemetry) -> None:
    """A generator stays one, gives every chunk, and is one whole span."""
    words = reciter.recite_traced("hi")
    assert isgenerator(words)
    assert tuple(words) == WORDS
    (span,) = captured.spans()
    assert "one two three" in span.content[GEN_AI_OUTPUT_MESSAGES]
    assert reciter.closed == 1


def test_async_generator(reciter: Any, captured: CapturedTelemetry) -> None:
    """An asynchronous generator stays one."""

    async def drain() -> list[Any]:
        words = reciter.recite_async("hi")
        assert isasyncgen(words)
        return [word async for word in words]

    assert tuple(asyncio.run(drain())) == WORDS
    assert _only_reasons(captured) == ("stop",)


def test_closed(reciter: Any, captured: CapturedTelemetry) -> None:
    """A generator that is closed half-way closes the client's, and says that the answer was cut."""
    words = reciter.recite_traced("hi")
    next(words)
    words.close()
    words.close()
    assert reciter.closed == 1
    assert _only_reasons(captured) == ("error",)


def test_async_closed(reciter: Any, captured: CapturedTelemetry) -> None:
    """An asynchronous generator that is closed in another task than it was begun in is one span."""

    async def close() -> None:
        words = reciter.recite_async("hi")
        await asyncio.ensure_future(words.__anext__())
        await asyncio.ensure_future(words.aclose())

    asyncio.run(close())
    gc.collect()
    assert reciter.closed == 1
    assert _only_reasons(captured) == ("error",)


@pytest.mark.parametrize("begun", [True, False])
def test_dropped(reciter: Any, captured: CapturedTelemetry, *, begun: bool) -> None:
    """A generator that is dropped, begun or never, is ended by the garbage collector."""
    words = reciter.recite_traced("hi")
    if begun:
        next(words)
    del words
    gc.collect()
    assert reciter.closed == begun
    assert _only_reasons(captured) == ("error",)


@pytest.mark.parametrize("begun", [True, False])
def test_async_dropped(reciter: Any, captured: CapturedTelemetry, *, begun: bool) -> None:
    """An asynchronous generator that is dropped is ended by its loop, or where it was never begun by the collector."""

    async def drop() -> None:
        words = reciter.recite_async("hi")
        if begun:
            await words.__anext__()

    asyncio.run(drop())
    gc.collect()
    assert _only_reasons(captured) == ("error",)


@pytest.mark.parametrize("method", ["close", "throw"])
def test_never_begun(reciter: Any, captured: CapturedTelemetry, method: str) -> None:
    """A generator that is ended before it was begun is one span, although the application still holds it."""
    words = reciter.recite_traced("hi")
    if method == "close":
        words.close()
    else:
        with pytest.raises(KeyError):
            words.throw(KeyError())
    gc.collect()
    assert list(words) == []
    assert _only_reasons(captured) == ("error",)


def test_thrown_into(reciter: Any, captured: CapturedTelemetry) -> None:
    """What the application throws into a generator ends the span as cut, and comes out again."""
    words = reciter.recite_traced("hi")
    next(words)
    with pytest.raises(KeyError):
        words.throw(KeyError())
    assert reciter.closed == 1
    assert _only_reasons(captured) == ("error",)


def test_failed(reciter: Any, captured: CapturedTelemetry) -> None:
    """A generator that fails after some chunks is a failed span."""
    with pytest.raises(RuntimeError):
        list(reciter.recite_traced("fail"))
    (span,) = captured.spans()
    assert span.attributes[ERROR_TYPE] == "RuntimeError"


def test_async_cancelled(reciter: Any, captured: CapturedTelemetry) -> None:
    """A task that is cancelled while it waits for a chunk leaves one span with that error."""

    async def cancel() -> None:
        words = reciter.recite_async("hi")
        waiting = asyncio.ensure_future(words.__anext__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await words.aclose()

    asyncio.run(cancel())
    gc.collect()
    (span,) = captured.spans()
    assert span.attributes[ERROR_TYPE] == "CancelledError"


def test_collected_in_a_cycle(reciter: Any, captured: CapturedTelemetry) -> None:
    """A generator in a cycle is found by the collector, and its span is ended on the thread that is there for that."""
    held: list[Any] = [reciter.recite_traced("hi")]
    held.append(held)
    next(held[0])
    del held
    gc.collect()
    assert _only_reasons(captured) == ("error",)
