"""The local API server, through the real client over real HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from typing import Any

import openai
import pytest

from verspan.demo.api_server import ERROR_HEADER, DemoApi

RETURNS = [{"role": "user", "content": "Can I get my money back?"}]
RETURNS_ANSWER = (
    "Happy to help. You can return anything unopened within thirty days. The refund reaches "
    "your card two working days after the parcel reaches us. Opened tea we exchange once, because tastes differ and we "
    "would like you to find yours. Print the label from your account, put it over the old one, and hand the parcel in "
    "at any post office. Postage is on us when the mistake was ours, and four euros otherwise."
)
ORDERS = [{"role": "user", "content": "Where are my orders A-1042 and A-1077?"}]
FIND_ORDER = {
    "type": "function",
    "function": {
        "name": "find_order",
        "description": "Look an order up.",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
    },
}


def ask(client: openai.OpenAI, messages: Any = RETURNS, model: str = "gpt-4o-mini", **options: Any) -> Any:
    return client.chat.completions.create(model=model, messages=messages, **options)


def test_completion(client: openai.OpenAI) -> None:
    """A reply has the API's whole shape: every field that the recorded real ones have, details of usage included."""
    completion = ask(client).to_dict()
    assert completion.pop("id").startswith("chatcmpl-")
    assert completion.pop("created") > 1_700_000_000
    assert completion == {
        "object": "chat.completion",
        "model": "gpt-4o-mini-2024-07-18",
        "service_tier": "default",
        "system_fingerprint": "fp_27bebe765c",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": RETURNS_ANSWER, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 13,
            "completion_tokens": 95,
            "total_tokens": 108,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
    }


def test_same_answer_twice(client: openai.OpenAI) -> None:
    """The same request gets the same answer under another id."""
    first, second = ask(client), ask(client)
    assert first.choices == second.choices
    assert first.usage == second.usage
    assert first.id != second.id


def test_answer_depends_on_model_and_prompt(client: openai.OpenAI) -> None:
    """Another model greets in another way, and a system prompt that asks for a brief answer gets two sentences."""
    brief = [{"role": "system", "content": "Be brief."}, *RETURNS]
    assert ask(client, model="gpt-4.1-mini").choices[0].message.content != RETURNS_ANSWER
    assert ask(client, brief, "gpt-4.1-mini").choices[0].message.content == (
        "Thank you for writing to Kettle & Leaf. You can return anything unopened within thirty days. "
        "The refund reaches your card two working days after the parcel reaches us."
    )


def test_stream(client: openai.OpenAI) -> None:
    """A stream gives role, pieces of text and the finish reason in turn, and no usage where none is asked for."""
    with ask(client, stream=True) as stream:
        chunks = list(stream)
    assert len({chunk.id for chunk in chunks}) == 1
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * 96 + ["stop"]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == RETURNS_ANSWER
    assert all(chunk.usage is None for chunk in chunks)


def test_stream_usage(client: openai.OpenAI) -> None:
    """A stream that asks for usage ends with a chunk without choices that has it, equal to the whole reply's."""
    with ask(client, stream=True, stream_options={"include_usage": True}) as stream:
        *others, last = list(stream)
    assert last.choices == []
    assert last.usage == ask(client).usage
    assert {chunk.to_dict()["usage"] for chunk in others} == {None}


def test_stream_on_the_wire(api: DemoApi) -> None:
    """A stream is server-sent events in HTTP chunks, ended by the word that clients wait for."""
    body = {"model": "gpt-4o-mini", "messages": RETURNS, "stream": True, "max_tokens": 1}
    request = urllib.request.Request(  # noqa: S310 - the address is the test's own server
        f"{api.base_url}/chat/completions", json.dumps(body).encode(), {"authorization": "Bearer demo"}
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310 - likewise
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["transfer-encoding"] == "chunked"
        events = response.read().decode().split("\n\n")
    assert all(event.startswith("data: {") for event in events[:3])
    assert events[3:] == ["data: [DONE]", ""]


def test_tool_calls(client: openai.OpenAI) -> None:
    """A question that needs a tool on offer gets its calls, and what the tools answer is told in the next reply."""
    message = ask(client, ORDERS, tools=[FIND_ORDER]).choices[0].message
    assert [(call.function.name, call.function.arguments) for call in message.tool_calls] == [
        ("find_order", '{"order_id": "A-1042"}'),
        ("find_order", '{"order_id": "A-1077"}'),
    ]
    found = {"order_id": "A-1042", "status": "on its way", "arrives": "Thursday", "carrier": "Brisk Post"}
    told = [
        {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": json.dumps(found)},
        {"role": "tool", "tool_call_id": message.tool_calls[1].id, "content": "no such order"},
    ]
    reply = ask(client, [*ORDERS, message.to_dict(), *told], tools=[FIND_ORDER])
    assert reply.choices[0].finish_reason == "stop"
    assert reply.choices[0].message.content == (
        "Order A-1042 is on its way. It should be with you on Thursday. "
        "The parcel travels with Brisk Post, and the driver rings before coming. no such order"
    )


def test_streamed_tool_calls(client: openai.OpenAI) -> None:
    """The client's own accumulator puts a stream's pieces of tool calls together to what the whole reply says."""
    with client.chat.completions.stream(model="gpt-4o-mini", messages=ORDERS, tools=[FIND_ORDER]) as stream:  # type: ignore[arg-type, list-item]  # plain dicts, as an application would write them
        streamed = stream.get_final_completion().choices[0]
    whole = ask(client, ORDERS, tools=[FIND_ORDER]).choices[0]
    assert streamed.finish_reason == whole.finish_reason == "tool_calls"
    assert [call.id for call in streamed.message.tool_calls or ()] == [call.id for call in whole.message.tool_calls]
    assert [call.function.arguments for call in streamed.message.tool_calls or ()] == [
        call.function.arguments for call in whole.message.tool_calls
    ]


def test_tools_not_wanted(client: openai.OpenAI) -> None:
    """A request that forbids tools is answered in words."""
    choice = ask(client, ORDERS, tools=[FIND_ORDER], tool_choice="none").choices[0]
    assert (choice.finish_reason, choice.message.tool_calls) == ("stop", None)


def test_several_choices(client: openai.OpenAI) -> None:
    """Three choices are three answers, whole or streamed in turns."""
    whole = [choice.message.content for choice in ask(client, n=3).choices]
    streamed = ["", "", ""]
    with ask(client, n=3, stream=True) as stream:
        for chunk in stream:
            streamed[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert len(set(whole)) > 1
    assert streamed == whole


def test_length(client: openai.OpenAI) -> None:
    """A limit of tokens cuts the answer there and says so."""
    completion = ask(client, max_tokens=6)
    assert completion.choices[0].message.content == "Happy to help. You can"
    assert completion.choices[0].finish_reason == "length"
    assert completion.usage.completion_tokens == 6


def test_cached_and_reasoning_tokens(client: openai.OpenAI) -> None:
    """A long system prompt comes from the cache, and a reasoning model counts its thoughts as output."""
    handbook = [{"role": "system", "content": "tea " * 1100}, *RETURNS]
    assert ask(client, handbook).usage.prompt_tokens_details.cached_tokens == 1024
    little = ask(client, model="gpt-5-mini", reasoning_effort="minimal").usage
    much = ask(client, model="gpt-5-mini", reasoning_effort="high").usage
    assert little.completion_tokens_details.reasoning_tokens == 0
    assert much.completion_tokens_details.reasoning_tokens == 512
    assert much.completion_tokens == little.completion_tokens + 512


def test_identity_headers(client: openai.OpenAI) -> None:
    """Each reply names its request and the time that the server took."""
    raw = client.chat.completions.with_raw_response.create(model="gpt-4o-mini", messages=RETURNS)  # type: ignore[arg-type]  # plain dicts, as an application would write them
    assert raw.request_id is not None
    assert raw.request_id.startswith("req_")
    assert int(raw.headers["openai-processing-ms"]) >= 6


def test_models(client: openai.OpenAI) -> None:
    """The models on offer are listed once each."""
    listed = client.models.list()
    assert [model.id for model in listed] == ["gpt-4o-mini", "gpt-4.1-mini", "gpt-4o", "gpt-5-mini"]


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, openai.BadRequestError, "invalid_value"),
        (401, openai.AuthenticationError, "invalid_api_key"),
        (404, openai.NotFoundError, "model_not_found"),
        (429, openai.RateLimitError, "rate_limit_exceeded"),
        (500, openai.InternalServerError, None),
    ],
)
def test_errors_on_demand(
    client: openai.OpenAI, status: int, error: type[openai.APIStatusError], code: str | None
) -> None:
    """A header asks for an error, which the client raises as its own kind, with the request's id."""
    with pytest.raises(error) as raised:
        ask(client, extra_headers={ERROR_HEADER: str(status)})
    assert raised.value.code == code
    assert raised.value.request_id is not None


def test_unknown_error_on_demand(client: openai.OpenAI) -> None:
    """An error that is not kept is refused with the list of those that are."""
    with pytest.raises(openai.BadRequestError, match="400, 401, 404, 429, 500"):
        ask(client, extra_headers={ERROR_HEADER: "418"})


def test_retry_after(api: DemoApi) -> None:
    """A caller over its limit is told when to come back, and the client does so by itself."""
    with openai.OpenAI(base_url=api.base_url, api_key="demo", max_retries=1) as patient:
        with pytest.raises(openai.RateLimitError) as raised:
            ask(patient, extra_headers={ERROR_HEADER: "429"})
        assert raised.value.response.headers["retry-after"] == "1"
        assert raised.value.response.request.headers["x-stainless-retry-count"] == "1"


def test_no_key(client: openai.OpenAI) -> None:
    """A request without a key is turned away."""
    with pytest.raises(openai.AuthenticationError, match="You didn't provide an API key"):
        ask(client, extra_headers={"authorization": ""})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"messages": []}, "Missing required parameter: 'messages'."),
        ({"messages": [{"content": "who?"}]}, r"Missing required parameter: 'messages\[0\].role'."),
        ({"model": ""}, "you must provide a model parameter"),
        ({"max_tokens": 20000}, "max_tokens is too large: 20000. This model supports at most 16384 completion tokens"),
        ({"model": "gpt-5-mini", "max_tokens": 9}, "'max_tokens' is not supported with this model"),
        ({"n": 0}, "Invalid 'n': integer below minimum value"),
        ({"n": "two"}, "Invalid type for 'n': expected int, but got str instead"),
        ({"tools": [{}]}, r"Missing required parameter: 'tools\[0\].function'."),
    ],
)
def test_bad_requests(client: openai.OpenAI, options: dict[str, Any], message: str) -> None:
    """What the real API refuses in a request is refused here, in its words."""
    with pytest.raises(openai.BadRequestError, match=message):
        ask(client, **options)


def test_unknown_model(client: openai.OpenAI) -> None:
    """A model that is not on offer does not exist."""
    with pytest.raises(openai.NotFoundError, match="The model `gpt-7` does not exist"):
        ask(client, model="gpt-7")


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_no_json_object(client: openai.OpenAI, body: bytes) -> None:
    """A body that is no JSON object is refused before anything is read from it."""
    with pytest.raises(openai.BadRequestError, match="JSON body of your request"):
        client.post("/chat/completions", cast_to=object, content=body)


def test_unknown_url(client: openai.OpenAI) -> None:
    """An address where nothing is served is told as the API tells it."""
    with pytest.raises(openai.NotFoundError, match=r"Invalid URL \(POST /v1/nothing\)"):
        client.post("/nothing", cast_to=object, body={})


def test_content_parts(client: openai.OpenAI) -> None:
    """A message of several parts asks what its text parts say."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    parts = [{"type": "text", "text": "My cup is"}, image, {"type": "text", "text": "cracked."}]
    reply = ask(client, [{"role": "user", "content": parts}])
    assert "We send another one today" in reply.choices[0].message.content


def test_many_at_once(api: DemoApi) -> None:
    """Many callers at the same time each get the answer to their own question."""
    questions = [f"Where is order A-{number}?" for number in range(1000, 1100)]

    async def ask_all() -> list[str]:
        async with openai.AsyncOpenAI(base_url=api.base_url, api_key="demo", max_retries=0) as client:
            replies = await asyncio.gather(*(order_of(client, question) for question in questions))
        return list(replies)

    async def order_of(client: openai.AsyncOpenAI, question: str) -> str:
        create: Any = client.chat.completions.create
        messages = [{"role": "user", "content": question}]
        reply = await create(model="gpt-4o-mini", messages=messages, tools=[FIND_ORDER])
        return str(json.loads(reply.choices[0].message.tool_calls[0].function.arguments)["order_id"])

    assert asyncio.run(ask_all()) == [f"A-{number}" for number in range(1000, 1100)]


def test_ends_with_its_block() -> None:
    """With its block the server's port and threads are gone, though a client still holds a connection."""
    before = threading.active_count()
    with DemoApi() as api, openai.OpenAI(base_url=api.base_url, api_key="demo", max_retries=0) as client:
        ask(client)
        with DemoApi() as other:
            assert other.base_url != api.base_url
    assert threading.active_count() == before
    with pytest.raises(RuntimeError, match="while its `with` block runs"):
        _ = api.base_url


def test_client_hangs_up(client: openai.OpenAI, capfd: pytest.CaptureFixture[str]) -> None:
    """A client that leaves a stream early disturbs neither the server nor the terminal."""
    with ask(client, stream=True, n=8) as stream:
        next(iter(stream))
    assert ask(client).choices[0].message.content == RETURNS_ANSWER
    assert capfd.readouterr().err == ""
