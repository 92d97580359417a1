"""A model behind a local server: what it answers follows from what it is asked, in the shape of OpenAI's chats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.recordings.interactions import Interaction
from tests.recordings.replay import Received

_ABOUT = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "gpt-4o-mini-2024-07-18"}
_USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 5,
    "total_tokens": 25,
    "prompt_tokens_details": {"cached_tokens": 4},
}


def answer(asked: Received) -> Interaction | None:
    """What the model answers; None where it is asked by another API."""
    body = asked.json
    if asked.path == "/embeddings":
        vectors = [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}]
        usage = {"prompt_tokens": 3, "total_tokens": 3}
        return _sent({"object": "list", "data": vectors, "model": "text-embedding-3-small", "usage": usage})
    if asked.path != "/chat/completions":
        return None
    if "break" in json.dumps(body["messages"]):
        return _sent({"error": {"message": "the parcel broke the model", "type": "server_error"}}, status=500)
    message = _message(body)
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    if body.get("stream"):
        return _sent(_chunks(message, reason), "text/event-stream")
    choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
    return _sent({**_ABOUT, "object": "chat.completion", "choices": [choice], "usage": _USAGE})


def _message(body: Mapping[str, Any]) -> dict[str, Any]:
    said = next(message["content"] for message in body["messages"] if message["role"] == "user")
    tools = body.get("tools") or ()
    if not tools or any(message["role"] == "tool" for message in body["messages"]):
        return {"role": "assistant", "content": f"An answer to {said}"}
    return {"role": "assistant", "content": None, "tool_calls": _calls(tools, said)}


def _calls(tools: Sequence[Mapping[str, Any]], said: str) -> list[dict[str, Any]]:
    asked = [
        {"name": tool["function"]["name"], "arguments": json.dumps(dict.fromkeys(_parameters(tool), said))}
        for tool in tools
    ]
    return [{"id": f"call_{index}", "type": "function", "function": one} for index, one in enumerate(asked)]


def _parameters(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(tool["function"]["parameters"].get("properties", {}))


def _chunks(message: Mapping[str, Any], reason: str) -> str:
    calls = [{**call, "index": index} for index, call in enumerate(message.get("tool_calls") or ())]
    delta = {**message, "tool_calls": calls} if calls else message
    choices = [
        {"index": 0, "delta": delta, "finish_reason": None},
        {"index": 0, "delta": {}, "finish_reason": reason},
    ]
    told = [{**_ABOUT, "object": "chat.completion.chunk", "choices": [choice]} for choice in choices]
    last = {**_ABOUT, "object": "chat.completion.chunk", "choices": [], "usage": _USAGE}
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in [*told, last]) + "data: [DONE]\n\n"


def _sent(body: Mapping[str, Any] | str, kind: str = "application/json", status: int = 200) -> Interaction:
    text = body if isinstance(body, str) else json.dumps(body)
    return Interaction("corpus/model", "model", "http://localhost/", {}, status, {"content-type": kind}, text.encode())
