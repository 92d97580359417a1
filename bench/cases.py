"""The calls that are measured: an OpenAI client over a transport that answers at once, in the API's shape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import openai
import orjson

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
_BODIES = {
    False: (orjson.dumps(_REPLY), "application/json"),
    True: (_STREAM + b"data: [DONE]\n\n", "text/event-stream"),
}


def _answer(request: httpx2.Request) -> httpx2.Response:
    body, kind = _BODIES[b'"stream":true' in request.content]
    return httpx2.Response(200, headers={"content-type": kind}, content=body)


class Cases:
    """One client of each kind, and a call of each case."""

    def __init__(self) -> None:
        transport = httpx2.MockTransport(_answer)
        options: dict[str, Any] = {"api_key": "bench", "base_url": "http://127.0.0.1:9/v1"}
        self._client = openai.OpenAI(**options, http_client=httpx2.Client(transport=transport))
        self._async_client = openai.AsyncOpenAI(**options, http_client=httpx2.AsyncClient(transport=transport))
        self._loop = asyncio.new_event_loop()
        self.calls: dict[str, tuple[Callable[[], Any], int]] = {
            "chat small": (self._small, 1),
            "30 kB history + 5 tools": (self._history, 1),
            f"stream of {CHUNKS} chunks": (self._stream, 1),
            f"{CONCURRENT} concurrent async": (self._concurrent, CONCURRENT),
        }
        """What one repetition does, and how many calls that is."""

    def _small(self) -> Any:
        return self._client.chat.completions.create(**SMALL)

    def _history(self) -> Any:
        return self._client.chat.completions.create(**HISTORY)

    def _stream(self) -> Any:
        return list(self._client.chat.completions.create(**SMALL, stream=True))

    def _concurrent(self) -> Any:
        async def gather() -> Any:
            return await asyncio.gather(
                *(self._async_client.chat.completions.create(**SMALL) for _ in range(CONCURRENT))
            )

        return self._loop.run_until_complete(gather())
