"""Streams of a type that a relay cannot be put into: the application gets a transparent proxy."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from verspan.semconv import GEN_AI_OUTPUT_MESSAGES, GEN_AI_RESPONSE_FINISH_REASONS
from verspan.testing import CapturedTelemetry

from .acme import WORDS, Client, Stream

_WHOLE = '[{"role":"assistant","parts":[{"type":"text","content":"one two three"}],"finish_reason":"stop"}]'


def _only_reasons(captured: CapturedTelemetry) -> Any:
    (span,) = captured.spans()
    assert captured.unfinished() == 0
    return span.attributes[GEN_AI_RESPONSE_FINISH_REASONS]


def test_drained(client: Client, captured: CapturedTelemetry) -> None:
    """A proxied stream gives every chunk and is one whole span."""
    assert tuple(client.ask("hi", stream=True)) == WORDS
    (span,) = captured.spans()
    assert span.content[GEN_AI_OUTPUT_MESSAGES] == _WHOLE


def test_stays_itself(client: Client, captured: CapturedTelemetry) -> None:
    """A proxied stream is an instance of the client's type, with the client's attributes."""
    stream = client.ask("hi", stream=True)
    assert isinstance(stream, Stream)
    assert stream.kept == "an attribute of the stream's own"
    assert next(stream) == WORDS[0]
    stream.close()
    assert stream.closed
    assert _only_reasons(captured) == ("error",)


def test_with(client: Client, captured: CapturedTelemetry) -> None:
    """Leaving a ``with`` block closes the client's stream and ends the span."""
    with client.ask("hi", stream=True) as stream:
        assert next(stream) == WORDS[0]
    assert stream.closed
    assert _only_reasons(captured) == ("error",)


def test_dropped(client: Client, captured: CapturedTelemetry) -> None:
    """A proxied stream that is dropped is ended by the garbage collector."""
    next(client.ask("hi", stream=True))
    gc.collect()
    assert _only_reasons(captured) == ("error",)


def test_async_drained(client: Client, captured: CapturedTelemetry) -> None:
    """An asynchronous iterable is read like an iterator."""

    async def drain() -> list[str]:
        return [word async for word in await client.ask_async("hi", stream=True)]

    assert tuple(asyncio.run(drain())) == WORDS
    assert _only_reasons(captured) == ("stop",)


def test_async_with(client: Client, captured: CapturedTelemetry) -> None:
    """Leaving an ``async with`` block closes the client's stream and ends the span."""

    async def leave() -> Any:
        async with await client.ask_async("hi", stream=True) as stream:
            assert await stream.__anext__() == WORDS[0]
        return stream

    assert asyncio.run(leave()).closed
    assert _only_reasons(captured) == ("error",)


def test_closed_async_generator(client: Client, captured: CapturedTelemetry) -> None:
    """A reader may close what it iterates, as it may close a generator."""

    async def close() -> None:
        words = (await client.ask_async("hi", stream=True)).__aiter__()
        await words.__anext__()
        await words.aclose()

    asyncio.run(close())
    assert _only_reasons(captured) == ("error",)


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_never_awaited(client: Client, captured: CapturedTelemetry) -> None:
    """A coroutine that nobody awaits leaves no open span."""
    client.ask_async("hi")  # type: ignore[unused-coroutine]  # which is the case that is tried
    gc.collect()
    assert _only_reasons(captured) == ("error",)
