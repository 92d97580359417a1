"""What is particular to this client: its helpers, its arguments, its retries."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import NOT_GIVEN
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import BaseModel

from verspan import semconv

from .asking import create_arguments
from .interactions import CHAT, Interaction, corpus
from .replay import ReplayServer, client_for

CASES = {found.key: found for found in corpus("chat")}


class Sky(BaseModel):
    """An answer in a shape of its own."""

    sky: str


def only(spans: InMemorySpanExporter) -> dict[str, Any]:
    """The attributes of the only span."""
    (span,) = spans.get_finished_spans()
    return dict(span.attributes or {})


def completions(client: Any) -> Any:
    """Where this version of the client has ``parse`` and ``stream``."""
    return client.chat.completions if hasattr(client.chat.completions, "parse") else client.beta.chat.completions


def test_parse(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """``parse`` is one span, of JSON output, and gives the parsed object."""
    case = CASES["json_object"]
    with client_for(case, server.mount([case])) as client:
        parsed = completions(client).parse(model="gpt-4o-mini", messages=case.request["messages"], response_format=Sky)
    assert parsed.choices[0].message.parsed == Sky(sky="clear")
    assert only(spans)[semconv.GEN_AI_OUTPUT_TYPE] == "json"


def test_parse_asynchronously(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """``parse`` of an asynchronous client is one span too."""
    case = CASES["json_object"]

    async def ask() -> Any:
        async with client_for(case, server.mount([case]), asynchronous=True) as client:
            return await completions(client).parse(
                model="gpt-4o-mini", messages=case.request["messages"], response_format=Sky
            )

    assert asyncio.run(ask()).choices[0].message.parsed == Sky(sky="clear")
    assert only(spans)[semconv.GEN_AI_OUTPUT_TYPE] == "json"


def test_stream_helper(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """The stream helper is one span, and puts the completion together as it does without us."""
    case = CASES["stream"]
    with (
        client_for(case, server.mount([case])) as client,
        completions(client).stream(model="gpt-4o-mini", messages=case.request["messages"]) as stream,
    ):
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert kinds == {"chunk", "content.delta", "content.done"}
    assert final.choices[0].message.content == "It is sunny."
    assert only(spans)[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop",)


def test_stream_helper_asynchronously(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """The stream helper of an asynchronous client is one span too."""
    case = CASES["stream"]

    async def ask() -> Any:
        async with client_for(case, server.mount([case]), asynchronous=True) as client:
            opened = completions(client).stream(model="gpt-4o-mini", messages=case.request["messages"])
            async with opened as stream:
                return await stream.get_final_completion()

    assert asyncio.run(ask()).choices[0].message.content == "It is sunny."
    assert only(spans)[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop",)


def test_messages_from_a_generator(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Messages that can be iterated once reach the server, and the span."""
    case = CASES["text"]
    mount = server.mount([case])

    def messages() -> Iterator[dict[str, Any]]:
        yield from case.request["messages"]

    with client_for(case, mount) as client:
        client.chat.completions.create(**{**create_arguments(case), "messages": messages()})
    assert mount.received[0].json["messages"] == case.request["messages"]
    (message,) = json.loads(only(spans)[semconv.GEN_AI_INPUT_MESSAGES])
    assert message["parts"] == [{"type": "text", "content": case.request["messages"][0]["content"]}]


def test_answer_as_history(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A message of the client's own type, sent back in the next turn, is read like any other."""
    first, then = CASES["tool_calls"], CASES["text"]
    with client_for(first, server.mount([first, then])) as client:
        answer = client.chat.completions.create(**create_arguments(first)).choices[0].message
        client.chat.completions.create(model="gpt-4o-mini", messages=[*first.request["messages"], answer])
    _, second = spans.get_finished_spans()
    assert [part["id"] for part in _messages(second)[1]["parts"]] == ["call_1", "call_2"]


def test_sentinels_are_dropped(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """An argument that is given as not given is not on the span."""
    case = CASES["text"]
    with client_for(case, server.mount([case])) as client:
        client.chat.completions.create(
            model="gpt-4o-mini", messages=case.request["messages"], temperature=NOT_GIVEN, stream=NOT_GIVEN, n=NOT_GIVEN
        )
    absent = {semconv.GEN_AI_REQUEST_TEMPERATURE, semconv.GEN_AI_REQUEST_STREAM, semconv.GEN_AI_REQUEST_CHOICE_COUNT}
    assert not absent & only(spans).keys()


def test_stream_that_is_truthy(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """``stream=1`` is a stream for the client, and for the span."""
    case = CASES["stream"]
    with client_for(case, server.mount([case])) as client:
        arguments: Any = {**create_arguments(case), "stream": 1}
        assert len(list(client.chat.completions.create(**arguments))) == 5
    assert only(spans)[semconv.GEN_AI_REQUEST_STREAM] is True


def test_retries_are_inside(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A call that succeeds at the second attempt is one span without an error."""
    refused, answered = CASES["error_429"], CASES["text"]
    mount = server.mount([refused, answered])
    with client_for(answered, mount) as client:
        client.with_options(max_retries=1).chat.completions.create(**create_arguments(answered))
    assert len(mount.received) == 2
    assert only(spans)[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop",)


def test_retries_exhausted(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A call that fails at every attempt is one span with the last error."""
    refused = CASES["error_429"]
    mount = server.mount([refused, refused])
    with client_for(refused, mount) as client, pytest.raises(openai.RateLimitError):
        client.with_options(max_retries=1).chat.completions.create(**create_arguments(refused))
    assert len(mount.received) == 2
    assert only(spans)[semconv.ERROR_TYPE] == "RateLimitError"


def test_post(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A request made by hand, answered as plain JSON, is read like any other."""
    case = CASES["text"]
    with client_for(case, server.mount([case])) as client:
        answer = client.post(CHAT, body=dict(case.request), cast_to=object)
    assert answer["choices"][0]["message"]["content"] == "It is sunny in Paris."
    assert only(spans)[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] == 7


def test_pages(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Each page of a list is a request, and a span."""
    headers = {"content-type": "application/json"}
    first = b'{"object": "list", "data": [{"id": "file-1"}], "has_more": true}'
    pages = [
        Interaction("own", "files", "https://api.openai.com/v1/files", {}, 200, headers, body, method="GET")
        for body in (first, b'{"object": "list", "data": [], "has_more": false}')
    ]
    with client_for(CASES["text"], server.mount(pages)) as client:
        files = list(client.files.list())
    names = [span.name for span in spans.get_finished_spans()]
    assert ([file.id for file in files], set(names)) == (["file-1"], {"list_files"})


def _messages(span: ReadableSpan) -> Any:
    return json.loads(str((span.attributes or {})[semconv.GEN_AI_INPUT_MESSAGES]))
