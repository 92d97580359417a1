"""What users of other instrumentors have reported, and holds here: what no other test of this folder claims."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

import openai
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import semconv
from verspan_openai import OpenAIInstrumentor

from .interactions import Interaction, corpus
from .replay import Received, ReplayServer, client_for

CHAT: dict[str, Any] = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Where is it?"}]}
CASE = next(found for found in corpus("chat") if found.key == "text")
_CHUNK = {"id": "chatcmpl-same", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-mini"}


def stream(*chunks: Mapping[str, Any], end: str = "data: [DONE]\n\n") -> Interaction:
    """A stream of chunks of chat."""
    events = "".join(f"data: {json.dumps({**_CHUNK, **chunk})}\n\n" for chunk in chunks)
    headers, url = {"content-type": "text/event-stream"}, "https://api.openai.com/v1/chat/completions"
    return Interaction("own", "stream", url, CHAT, 200, headers, (events + end).encode())


def said(index: int, text: str | None, finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
    """One choice of a chunk."""
    return {"index": index, "delta": {"content": text, **delta}, "finish_reason": finish_reason}


def ask(server: ReplayServer, answer: Interaction) -> list[Any]:
    """Ask for a stream and read it to its end."""
    with client_for(CASE, server.serve(lambda _: answer)) as client:
        return list(client.chat.completions.create(**CHAT, stream=True))


def only(spans: InMemorySpanExporter) -> dict[str, Any]:
    """The attributes of the only span."""
    (span,) = spans.get_finished_spans()
    return dict(span.attributes or {})


def test_error_amid_a_stream(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """An error that the provider sends amid a stream is the client's own exception, and fails the span."""
    error = {"error": {"message": "The parcel is on fire.", "type": "server_error", "code": "overloaded"}}
    answer = stream({"choices": [said(0, "It is ")]}, end=f"data: {json.dumps(error)}\n\n")
    with pytest.raises(openai.APIError, match="on fire"):
        ask(server, answer)
    (span,) = spans.get_finished_spans()
    assert span.status.status_code.name == "ERROR"
    assert (span.attributes or {})[semconv.ERROR_TYPE] == "APIError"
    assert (span.attributes or {})[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)


def test_choices_interleaved(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Several choices whose chunks come in turns are each put together by themselves, in the order of their index."""
    ask(
        server,
        stream(
            {"choices": [said(1, "In the ")]},
            {"choices": [said(0, "On the ")]},
            {"choices": [said(1, "shop."), said(0, "way.")]},
            {"choices": [said(1, None, "length")]},
            {"choices": [said(0, None, "stop")]},
        ),
    )
    found = only(spans)
    assert found[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop", "length")
    messages = json.loads(found[semconv.GEN_AI_OUTPUT_MESSAGES])
    assert [message["parts"][0]["content"] for message in messages] == ["On the way.", "In the shop."]


def test_tool_calls_interleaved(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Tool calls whose arguments come in turns are each put together by themselves."""

    def piece(index: int, arguments: str, **named: Any) -> dict[str, Any]:
        call = {"index": index, "type": "function", "function": {"arguments": arguments, **named}}
        return {**call, "id": f"call_{index}"} if named else call

    ask(
        server,
        stream(
            {"choices": [said(0, None, tool_calls=[piece(0, "", name="find"), piece(1, "", name="weigh")])]},
            {"choices": [said(0, None, tool_calls=[piece(1, '{"kg"')])]},
            {"choices": [said(0, None, tool_calls=[piece(0, '{"id": 4711}')])]},
            {"choices": [said(0, None, tool_calls=[piece(1, ": 3}")])]},
            {"choices": [said(0, None, "tool_calls")]},
        ),
    )
    (message,) = json.loads(only(spans)[semconv.GEN_AI_OUTPUT_MESSAGES])
    assert [(part["id"], part["name"], part["arguments"]) for part in message["parts"]] == [
        ("call_0", "find", {"id": 4711}),
        ("call_1", "weigh", {"kg": 3}),
    ]


def test_no_choices_and_no_usage(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Chunks without choices, and a stream without usage, leave one correct span."""
    chunks = ask(server, stream({"choices": []}, {"choices": [said(0, "Here.", "stop")]}, {"choices": []}))
    found = only(spans)
    assert len(chunks) == 3
    assert found[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop",)
    assert semconv.GEN_AI_USAGE_INPUT_TOKENS not in found


def test_same_response_id_twice(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Two answers under one id are two spans, each with its own text."""
    for text in ("Here.", "There."):
        ask(server, stream({"choices": [said(0, text, "stop")]}))
    told = [
        json.loads(str((span.attributes or {})[semconv.GEN_AI_OUTPUT_MESSAGES])) for span in spans.get_finished_spans()
    ]
    assert [messages[0]["parts"][0]["content"] for messages in told] == ["Here.", "There."]


def test_headers_are_the_clients_own(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """No header is added to a request, such as one that tells the provider of the trace."""
    received: list[Received] = []
    for traced in (True, False):
        if not traced:
            OpenAIInstrumentor().uninstrument()
        mount = server.mount([CASE])
        with client_for(CASE, mount) as client:
            client.chat.completions.create(model="gpt-4o-mini", messages=CASE.request["messages"])
        received += mount.received
    assert received[0].headers == received[1].headers
    assert received[0].body == received[1].body
    assert len(spans.get_finished_spans()) == 1


def test_stream_read_in_another_task(
    server: ReplayServer, spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    """A stream that is begun in one task, read in a second and collected in a third detaches nothing of theirs."""

    async def main() -> None:
        answer = stream({"choices": [said(0, "On ")]}, {"choices": [said(0, "the way.", "stop")]})
        async with client_for(CASE, server.serve(lambda _: answer), asynchronous=True) as client:
            begin = client.chat.completions.create(**CHAT, stream=True)
            begun = await asyncio.create_task(begin)
            await asyncio.create_task(anext(begun))
            await asyncio.create_task(begun.close())

    asyncio.run(main())
    gc.collect()
    assert caplog.messages == []
    assert only(spans)[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)


@pytest.mark.parametrize("connected", [True, False])
def test_host_of_a_failure(server: ReplayServer, spans: InMemorySpanExporter, *, connected: bool) -> None:
    """A call that fails, refused or not connected, has the address that it was sent to."""
    url = server.serve(lambda _: None).url if connected else "http://localhost:9/v1"
    with openai.OpenAI(api_key="test-key", base_url=url, max_retries=0) as client, pytest.raises(openai.APIError):
        client.chat.completions.create(**CHAT)
    found = only(spans)
    expected = ("127.0.0.1", server.port) if connected else ("localhost", 9)
    assert (found[semconv.SERVER_ADDRESS], found[semconv.SERVER_PORT]) == expected
    assert found[semconv.ERROR_TYPE] == ("InternalServerError" if connected else "APIConnectionError")


def test_name_of_its_own() -> None:
    """It is registered under a name that no other package's instrumentor of the client has."""
    registered = entry_points(group="opentelemetry_instrumentor")
    ours = [found.name for found in registered if found.value.startswith("verspan_openai")]
    assert ours == ["verspan_openai"]
