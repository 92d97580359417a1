"""Streams that are asked for their tokens, which the application does not notice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import openai
import pytest
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import semconv
from verspan.instrumentation.policy import Policy, set_policy
from verspan.settings import ContentMode
from verspan_openai import OpenAIInstrumentor

from .interactions import Interaction, corpus
from .replay import Mount, Received, ReplayServer, client_for
from .ways import WAYS, Way

USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
CHAT: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "Is it sunny?"}],
    "stream": True,
}
COMPLETION: dict[str, Any] = {"model": "gpt-3.5-turbo-instruct", "prompt": "It is", "stream": True}


def chunks(path: str) -> list[dict[str, Any]]:
    """The chunks of an answer without usage."""
    if path.endswith("/chat/completions"):
        kind = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-mini"}
        said: list[dict[str, Any]] = [
            {"delta": {"role": "assistant", "content": "It is "}},
            {"delta": {"content": "sunny."}},
            {"delta": {}},
        ]
    else:
        kind = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "gpt-3.5-turbo-instruct"}
        said = [{"text": "It is "}, {"text": "sunny."}, {"text": ""}]
    ends = [None, None, "stop"]
    return [
        {**kind, "choices": [{"index": 0, **one, "finish_reason": end}]} for one, end in zip(said, ends, strict=True)
    ]


def answer(asked: Received) -> Interaction:
    """A stream, with usage where that is asked for; padded, so that both are of one length."""
    found = chunks(asked.path)
    with_usage = [{**chunk, "usage": None} for chunk in found] + [{**found[0], "choices": [], "usage": USAGE}]
    texts = [
        "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in some) + "data: [DONE]\n\n" for some in (found, with_usage)
    ]
    told = bool(asked.json.get("stream_options"))
    text = texts[told]
    padding = max(map(len, texts)) - len(text)
    headers = {"content-type": "text/event-stream"}
    body = text if not padding else f":{' ' * (padding - 3)}\n\n{text}"
    return Interaction("own", "stream", asked.path, CHAT, 200, headers, body.encode())


def interaction(request: Mapping[str, Any], url: str = "https://api.openai.com/v1/chat/completions") -> Interaction:
    """What is asked, for those who ask it in every way."""
    return replace(corpus("chat")[0], request=request, url=url, headers={"content-type": "text/event-stream"})


CASES = [
    interaction(CHAT),
    interaction(COMPLETION, "https://api.openai.com/v1/completions"),
]


@pytest.fixture
def asking(spans: InMemorySpanExporter) -> InMemorySpanExporter:
    """The spans of a client whose streams are asked for their tokens."""
    set_policy(Policy(content=ContentMode.SPAN_ONLY, stream_usage=True))
    return spans


@pytest.fixture
def mount(server: ReplayServer) -> Mount:
    """Where streams are served."""
    return server.serve(answer)


def usage(spans: InMemorySpanExporter) -> list[Any]:
    """The output tokens of each span."""
    return [(span.attributes or {}).get(semconv.GEN_AI_USAGE_OUTPUT_TOKENS) for span in spans.get_finished_spans()]


@pytest.mark.parametrize("case", CASES, ids=["chat", "completion"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_noticed(asking: InMemorySpanExporter, mount: Mount, way: Way, case: Interaction) -> None:
    """The application sees exactly what it sees without, and the span has tokens unless it reads bytes itself."""
    seen = way(case, mount)
    set_policy(Policy(content=ContentMode.SPAN_ONLY))
    assert way(case, mount) == seen
    asked, plain = mount.received
    assert plain.json == case.request
    if way.__name__.startswith("streaming"):  # where it may read the bytes itself
        assert asked.json == plain.json
        assert usage(asking) == [None, None]
    else:
        assert asked.json == {**plain.json, "stream_options": {"include_usage": True}}
        assert usage(asking) == [3, None]


def test_off_by_default(spans: InMemorySpanExporter, mount: Mount) -> None:
    """Where nobody has chosen it, no request is changed."""
    with client_for(CASES[0], mount) as client:
        assert len(list(client.chat.completions.create(**CHAT))) == 3
    assert mount.received[0].json == CHAT
    assert usage(spans) == [None]


def test_left_half_way(asking: InMemorySpanExporter, mount: Mount) -> None:
    """A stream that is left before its end is cut as ever: its tokens never came."""
    with client_for(CASES[0], mount) as client, client.chat.completions.create(**CHAT) as stream:
        next(iter(stream))
    (span,) = asking.get_finished_spans()
    assert (span.attributes or {})[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)
    assert usage(asking) == [None]


def test_stream_helper(asking: InMemorySpanExporter, mount: Mount) -> None:
    """The stream helper puts together what it does without, and its span has the tokens."""
    request = {name: value for name, value in CHAT.items() if name != "stream"}
    with client_for(CASES[0], mount) as client:
        completions = (
            client.chat.completions if hasattr(client.chat.completions, "stream") else client.beta.chat.completions
        )
        with completions.stream(**request) as stream:
            final = stream.get_final_completion()
    assert final.choices[0].message.content == "It is sunny."
    assert final.usage is None
    assert usage(asking) == [3]


def test_raw_parsed_twice(asking: InMemorySpanExporter, mount: Mount) -> None:
    """An envelope that is parsed a second time gives the same stream, once without the additional chunk."""
    with client_for(CASES[0], mount) as client:
        envelope = client.chat.completions.with_raw_response.create(**CHAT)
        first, second = envelope.parse(), envelope.parse()
        assert len([*first, *second]) == 3
    assert usage(asking) == [3]


@pytest.mark.parametrize(
    "options", [{"include_usage": False}, {"include_usage": True}, {"include_obfuscation": False}, None]
)
def test_chosen_by_the_application(asking: InMemorySpanExporter, mount: Mount, options: Any) -> None:
    """Options for the stream that the application gives are sent, and answered, as they are."""
    with client_for(CASES[0], mount) as client:
        got = list(client.chat.completions.create(**CHAT, stream_options=options))
        hidden = list(client.chat.completions.create(**CHAT, extra_body={"stream_options": options}))
    assert [asked.json["stream_options"] for asked in mount.received] == [options, options]
    assert len(got) == len(hidden) == (4 if options else 3)
    del asking


def test_not_a_stream(asking: InMemorySpanExporter, server: ReplayServer) -> None:
    """An answer that does not stream is asked for nothing: it tells its tokens."""
    case = next(found for found in corpus("chat") if found.key == "text")
    mount = server.mount([case])
    with client_for(case, mount) as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=case.request["messages"])
    assert "stream_options" not in mount.received[0].json
    del asking


def test_arguments_are_not_changed(asking: InMemorySpanExporter, mount: Mount) -> None:
    """A body that the application gives for a request made by hand stays as it is."""
    body = dict(CHAT)
    kind = openai.Stream[object]
    with client_for(CASES[0], mount) as client:
        got = client.post("/chat/completions", cast_to=object, body=body, stream=True, stream_cls=kind)
        assert list(got) == chunks("/chat/completions")
    assert body == CHAT
    assert usage(asking) == [3]


def test_suppressed(asking: InMemorySpanExporter, mount: Mount) -> None:
    """Where OpenTelemetry's instrumentation is suppressed, or undone, no request is changed."""
    with client_for(CASES[0], mount) as client:
        with suppress_instrumentation():
            list(client.chat.completions.create(**CHAT))
        OpenAIInstrumentor().uninstrument()
        list(client.chat.completions.create(**CHAT))
    assert [asked.json for asked in mount.received] == [CHAT, CHAT]
    assert asking.get_finished_spans() == ()


@pytest.mark.parametrize(("version", "asked"), [("2024-06-01", False), ("2024-10-21", True), ("preview", True)])
def test_azure(asking: InMemorySpanExporter, mount: Mount, version: str, *, asked: bool) -> None:
    """Azure is asked where its version of the API takes the option, and not for answers from data of one's own."""
    address = f"{mount.url}/openai"
    with openai.AzureOpenAI(api_key="test-key", base_url=address, api_version=version, max_retries=0) as client:
        list(client.chat.completions.create(**CHAT))
        list(client.chat.completions.create(**CHAT, extra_body={"data_sources": []}))
    assert ["stream_options" in received.json for received in mount.received] == [asked, False]
    del asking


@pytest.mark.parametrize("provider_name", ["mistral_ai", "perplexity"])
def test_hosts_that_refuse(
    monkeypatch: pytest.MonkeyPatch, asking: InMemorySpanExporter, mount: Mount, provider_name: str
) -> None:
    """A host that is known not to take the option is not given it."""
    from verspan_openai import _hosts

    monkeypatch.setitem(_hosts._PROVIDERS, "127.0.0.1", provider_name)
    with client_for(CASES[0], mount) as client:
        list(client.chat.completions.create(**CHAT))
    assert mount.received[0].json == CHAT
    del asking


def test_asynchronous_reading(asking: InMemorySpanExporter, mount: Mount) -> None:
    """An asynchronous stream that is read by ``anext`` ends where it ends without."""

    async def read() -> int:
        async with client_for(CASES[0], mount, asynchronous=True) as client:
            stream = await client.chat.completions.create(**CHAT)
            count = 0
            while await anext(stream, None) is not None:
                count += 1
            return count

    assert asyncio.run(read()) == 3
    assert usage(asking) == [3]
