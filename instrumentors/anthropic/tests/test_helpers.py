"""The client's helpers for streams: whatever of them is read, the call is one span with all of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import anthropic
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.interactions import Interaction
from tests.recordings.replay import ReplayServer
from tests.recordings.snapshots import assert_snapshot

from .asking import TESTS, client_for, corpus

_STREAMS = ["stream", "thinking stream", "tools stream", "cut stream"]
_CALLED = ("max_tokens", "messages", "model", "system", "tools")

Reading = Callable[[Any], Any]
AsyncReading = Callable[[Any], Awaitable[Any]]


def by_events(stream: Any) -> None:
    """Every event."""
    for _ in stream:
        pass


def by_text(stream: Any) -> None:
    """The text alone."""
    for _ in stream.text_stream:
        pass


def by_final_message(stream: Any) -> None:
    """The whole message."""
    stream.get_final_message()


async def by_events_async(stream: Any) -> None:
    """Every event."""
    async for _ in stream:
        pass


async def by_text_async(stream: Any) -> None:
    """The text alone."""
    async for _ in stream.text_stream:
        pass


async def by_final_message_async(stream: Any) -> None:
    """The whole message."""
    await stream.get_final_message()


def _asked(interaction: Interaction) -> dict[str, Any]:
    return {name: interaction.request[name] for name in _CALLED if name in interaction.request}


def _check(interaction: Interaction, spans: InMemorySpanExporter) -> None:
    finished = spans.get_finished_spans()
    assert_snapshot(TESTS / "snapshots" / "helpers", interaction, finished, None)


@pytest.mark.parametrize("read", [by_events, by_text, by_final_message])
@pytest.mark.parametrize("name", _STREAMS)
def test_read(server: ReplayServer, spans: InMemorySpanExporter, name: str, read: Reading) -> None:
    """The synchronous helper."""
    found = corpus("messages")[name]
    with client_for(found, server.mount([found])) as client, client.messages.stream(**_asked(found)) as stream:
        assert isinstance(stream, anthropic.MessageStream)
        read(stream)
    _check(found, spans)


@pytest.mark.parametrize("read", [by_events_async, by_text_async, by_final_message_async])
@pytest.mark.parametrize("name", _STREAMS)
def test_read_async(server: ReplayServer, spans: InMemorySpanExporter, name: str, read: AsyncReading) -> None:
    """The asynchronous one."""
    found = corpus("messages")[name]

    async def ask() -> None:
        mount = server.mount([found])
        async with (
            client_for(found, mount, asynchronous=True) as client,
            client.messages.stream(**_asked(found)) as stream,
        ):
            assert isinstance(stream, anthropic.AsyncMessageStream)
            await read(stream)

    asyncio.run(ask())
    _check(found, spans)


def test_left(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A block that is left after an event has what came until then, and a reason that says so."""
    found = corpus("messages")["stream"]
    with client_for(found, server.mount([found])) as client, client.messages.stream(**_asked(found)) as stream:
        next(iter(stream))
    (span,) = spans.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["gen_ai.response.finish_reasons"] == ("error",)
    assert span.attributes["gen_ai.response.id"] == "msg_own_1"
    assert "gen_ai.output.messages" not in span.attributes


def test_told_failure(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A failure in the middle of a stream fails the span, and the application gets the client's own error."""
    found = corpus("messages")["overloaded in a stream"]
    with (
        client_for(found, server.mount([found])) as client,
        client.messages.stream(**_asked(found)) as stream,
        pytest.raises(anthropic.APIStatusError),
    ):
        stream.until_done()
    (span,) = spans.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["error.type"] == "APIStatusError"


def test_failure_in_bytes(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Where the application reads the bytes itself no error is raised, and the span says the provider's word for it."""
    found = corpus("messages")["overloaded in a stream"]
    with (
        client_for(found, server.mount([found])) as client,
        client.messages.with_streaming_response.create(**_asked(found), stream=True) as response,
    ):
        assert b"overloaded_error" in response.read()
    (span,) = spans.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["error.type"] == "overloaded_error"
    assert span.status.description == "Overloaded"
