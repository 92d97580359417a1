"""Calls of an OpenAI client over a transport that answers at once, in the API's shape."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import orjson
from cases import Case

CHUNKS = 200
CONCURRENT = 50

_USAGE = {
    "prompt_tokens": 31,
    "completion_tokens": 42,
    "total_tokens": 73,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}
_REPLY = {
    "id": "chatcmpl-bench",
    "object": "chat.completion",
    "created": 1_790_000_000,
    "model": "gpt-4o-mini-2024-07-18",
    "service_tier": "default",
    "system_fingerprint": "fp_bench",
    "usage": _USAGE,
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Your parcel left our warehouse yesterday. " * 5},
        }
    ],
}
SMALL: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "temperature": 0.7,
    "max_tokens": 1000,
    "messages": [
        {"role": "system", "content": "You are the support agent of a tea shop. Answer briefly and kindly."},
        {"role": "user", "content": "Where is my parcel? I ordered it last Tuesday."},
    ],
}


def _tool(number: int) -> dict[str, Any]:
    properties = {
        f"argument_{letter}": {"type": "string", "description": f"What the argument {letter} of the tool is about"}
        for letter in "abcde"
    }
    parameters = {"type": "object", "properties": properties, "required": ["argument_a"], "additionalProperties": False}
    function = {
        "name": f"look_up_{number}",
        "description": "Looks something up for the agent.",
        "parameters": parameters,
    }
    return {"type": "function", "function": function}


_TURN = "The customer asked about an order, and the agent looked it up and told them where it was. " * 8
HISTORY: dict[str, Any] = {
    **SMALL,
    "messages": [
        *SMALL["messages"],
        *({"role": ("assistant", "user")[turn % 2], "content": f"{turn}: {_TURN}"} for turn in range(42)),
    ],
    "tools": [_tool(number) for number in range(5)],
}


def _chunk(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
    chunk = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }
    return b"data: " + orjson.dumps(chunk) + b"\n\n"


_STREAM = b"".join(
    [_chunk({"role": "assistant", "content": ""}), *[_chunk({"content": "word "})] * (CHUNKS - 2), _chunk({}, "stop")]
)
ASKED: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "temperature": 0.7,
    "max_output_tokens": 1000,
    "instructions": SMALL["messages"][0]["content"],
    "input": SMALL["messages"][1]["content"],
}
_RESPONSE = {
    "id": "resp_bench",
    "object": "response",
    "created_at": 1_790_000_000,
    "status": "completed",
    "model": "gpt-4o-mini-2024-07-18",
    "service_tier": "default",
    "output": [
        {
            "id": "msg_bench",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [
                {
                    "type": "output_text",
                    "text": "Your parcel left our warehouse yesterday. " * 5,
                    "annotations": [],
                }
            ],
        }
    ],
    "usage": {
        "input_tokens": 31,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 42,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 73,
    },
}
DIMENSIONS = 1536
EMBEDDED: dict[str, Any] = {
    "model": "text-embedding-3-small",
    "input": SMALL["messages"][1]["content"],
    "encoding_format": "float",
}
_EMBEDDINGS = {
    "object": "list",
    "model": "text-embedding-3-small",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.0123456789] * DIMENSIONS}],
    "usage": {"prompt_tokens": 12, "total_tokens": 12},
}
_JSON = "application/json"
_WHOLE = {
    "/v1/chat/completions": orjson.dumps(_REPLY),
    "/v1/responses": orjson.dumps(_RESPONSE),
    "/v1/embeddings": orjson.dumps(_EMBEDDINGS),
}


def _answer(request: httpx2.Request) -> httpx2.Response:
    if b'"stream":true' in request.content:
        headers = {"content-type": "text/event-stream"}
        return httpx2.Response(200, headers=headers, content=_STREAM + b"data: [DONE]\n\n")
    return httpx2.Response(200, headers={"content-type": _JSON}, content=_WHOLE[request.url.path])


def cases() -> Iterator[Case]:
    """A call of each kind."""
    transport = httpx2.MockTransport(_answer)
    options: dict[str, Any] = {"api_key": "bench", "base_url": "http://127.0.0.1:9/v1"}
    client = openai.OpenAI(**options, http_client=httpx2.Client(transport=transport))
    async_client = openai.AsyncOpenAI(**options, http_client=httpx2.AsyncClient(transport=transport))
    loop = asyncio.new_event_loop()

    async def gather() -> Any:
        return await asyncio.gather(*(async_client.chat.completions.create(**SMALL) for _ in range(CONCURRENT)))

    def create(**asked: Any) -> Any:
        return client.chat.completions.create(**asked)  # looked up in each call: some peers take its place

    small, history = SMALL["messages"], HISTORY["messages"]
    yield Case("chat small", lambda: create(**SMALL), small, repetitions=20)
    yield Case("30 kB history + 5 tools", lambda: create(**HISTORY), history, repetitions=3)
    yield Case(f"stream of {CHUNKS} chunks", lambda: list(create(**SMALL, stream=True)), small, said=_said)
    yield Case(f"{CONCURRENT} concurrent async", lambda: loop.run_until_complete(gather()), small, calls=CONCURRENT)
    yield Case("responses", lambda: client.responses.create(**ASKED), small, repetitions=20)
    yield Case("embeddings", lambda: client.embeddings.create(**EMBEDDED), EMBEDDED["input"], repetitions=20)


def _said(chunks: Any) -> str:
    return "".join([chunk.choices[0].delta.content or "" for chunk in chunks])
