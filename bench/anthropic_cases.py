"""Calls of an Anthropic client over a transport that answers at once, in the API's shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import httpx2
import orjson
from cases import Case
from openai_cases import CHUNKS, SMALL

_SYSTEM, _ASKED = (message["content"] for message in SMALL["messages"])
_MESSAGE: dict[str, Any] = {
    "id": "msg_bench",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-5-20260601",
    "content": [{"type": "text", "text": "Your parcel left our warehouse yesterday. " * 5}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 31,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 42,
        "service_tier": "standard",
    },
}
ASKED: dict[str, Any] = {
    "model": "claude-sonnet-5",
    "max_tokens": 1000,
    "system": _SYSTEM,
    "messages": [{"role": "user", "content": _ASKED}],
}


def _event(name: str, **data: Any) -> bytes:
    return f"event: {name}\ndata: ".encode() + orjson.dumps({"type": name, **data}) + b"\n\n"


_WORD = _event("content_block_delta", index=0, delta={"type": "text_delta", "text": "word "})
_STREAM = b"".join(
    [
        _event("message_start", message={**_MESSAGE, "content": [], "stop_reason": None}),
        _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        _event("ping"),
        *[_WORD] * (CHUNKS - 5),
        _event("content_block_stop", index=0),
        _event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 195}),
        _event("message_stop"),
    ]
)
_WHOLE = orjson.dumps(_MESSAGE)


def _answer(request: httpx2.Request) -> httpx2.Response:
    if b'"stream":true' in request.content:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=_STREAM)
    return httpx2.Response(200, headers={"content-type": "application/json"}, content=_WHOLE)


def cases() -> Iterator[Case]:
    """A call of each kind, of a client that makes no spans of its own: bare is without any."""
    http_client = httpx2.Client(transport=httpx2.MockTransport(_answer))
    options: dict[str, Any] = {"api_key": "bench", "base_url": "http://127.0.0.1:9", "open_telemetry": False}
    client = anthropic.Anthropic(**options, http_client=http_client)

    def create(**more: Any) -> Any:
        return client.messages.create(**ASKED, **more)  # looked up in each call, where some peers take its place

    said = SMALL["messages"]
    yield Case("anthropic small", create, said, repetitions=20)
    yield Case(f"anthropic stream of {CHUNKS} events", lambda: list(create(stream=True)), said, said=_said)


def _said(events: Any) -> str:
    return "".join([event.delta.text for event in events if event.type == "content_block_delta"])
