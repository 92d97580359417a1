"""What an application gives in a request: sent as it would be without us, and captured."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.replay import ReplayServer

from .asking import client_for, corpus

_WHOLE = corpus("messages")["stream, whole"]
_SAID = [{"role": "user", "content": "Where is parcel 4711?"}]
_READ = [{"role": "user", "parts": [{"type": "text", "content": "Where is parcel 4711?"}]}]


def _ask(**more: Any) -> Any:
    return {"model": "claude-own-1", "max_tokens": 64, **more}


def _input(spans: InMemorySpanExporter) -> Any:
    (span,) = spans.get_finished_spans()
    assert span.attributes is not None
    return json.loads(str(span.attributes["gen_ai.input.messages"]))


@pytest.mark.parametrize("messages", [iter(_SAID), (one for one in _SAID), map(dict, _SAID), tuple(_SAID)])
def test_iterators(server: ReplayServer, spans: InMemorySpanExporter, messages: Any) -> None:
    """Messages that can be read only once reach the server and the span."""
    mount = server.mount([_WHOLE])
    with client_for(_WHOLE, mount) as client:
        client.messages.create(**_ask(messages=messages))
    assert mount.received[0].json["messages"] == _SAID
    assert _input(spans) == _READ


def test_inner_iterators(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """So do blocks of a message, and the application's own message keeps what it had."""
    mount = server.mount([_WHOLE])
    blocks = ({"type": "text", "text": text} for text in ("Where is ", "it?"))
    message = {"role": "user", "content": blocks}

    async def ask() -> None:
        async with client_for(_WHOLE, mount, asynchronous=True) as client:
            await client.messages.create(**_ask(messages=[message]))

    asyncio.run(ask())
    assert [block["text"] for block in mount.received[0].json["messages"][0]["content"]] == ["Where is ", "it?"]
    assert [part["content"] for part in _input(spans)[0]["parts"]] == ["Where is ", "it?"]
    assert message["content"] is blocks


def test_failing_iterator(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """An iterator that fails gives the application its own exception, and sends nothing."""

    def messages() -> Iterator[Any]:
        yield from _SAID
        raise LookupError("no more messages")

    mount = server.mount([_WHOLE])
    with client_for(_WHOLE, mount) as client, pytest.raises(LookupError, match="no more messages"):
        client.messages.create(**_ask(messages=messages()))
    assert mount.received == []
    assert len(spans.get_finished_spans()) <= 1  # none where the client reads it before the call begins


def test_blocks_of_an_answer(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """What a model answered is part of the history as the client gave it."""
    mount = server.mount([_WHOLE, _WHOLE])
    with client_for(_WHOLE, mount) as client:
        answer = client.messages.create(**_ask(messages=_SAID))
        client.messages.create(**_ask(messages=[*_SAID, {"role": "assistant", "content": answer.content}]))
    span = spans.get_finished_spans()[1]
    assert span.attributes is not None
    told = json.loads(str(span.attributes["gen_ai.input.messages"]))
    assert told[1] == {"role": "assistant", "parts": [{"type": "text", "content": "It is in Bremen."}]}


def test_large_image(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """An image of megabytes reaches the server, and the span as a reference to it."""
    mount = server.mount([_WHOLE])
    source = {"type": "base64", "media_type": "image/png", "data": "QUJD" * 500_000}
    with client_for(_WHOLE, mount) as client:
        client.messages.create(**_ask(messages=[{"role": "user", "content": [{"type": "image", "source": source}]}]))
    assert mount.received[0].json["messages"][0]["content"][0]["source"] == source
    (part,) = _input(spans)[0]["parts"]
    assert (part["type"], part["modality"], part["byte_length"]) == ("blob_reference", "image", 1_500_000)
