"""A model behind a local server, in the shape of OpenAI's chat completions: what it answers follows from the question.

It calls each of the tools that it is offered once, with the question, and then answers; a question with "break" in it
is an error of the server's. Texts are embedded by their length.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.recordings.interactions import Interaction
from tests.recordings.replay import Received

_MODEL = "gpt-4o-mini-2024-07-18"
_USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 5,
    "total_tokens": 25,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


def answer(asked: Received) -> Interaction | None:
    """What the model answers; None where it is asked by another API."""
    body = asked.json
    if asked.path == "/embeddings":
        return _sent(_embeddings(body))
    if asked.path != "/chat/completions":
        return None
    if "break" in question(body):
        return _sent({"error": {"message": f"cannot answer {question(body)}", "type": "server_error"}}, status=500)
    message = _message(body)
    reason = "tool_calls" if "tool_calls" in message else "stop"
    if body.get("stream"):
        return _streamed(message, reason)
    choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
    return _sent({**_head("chat.completion"), "choices": [choice], "usage": _USAGE})


def question(body: Mapping[str, Any]) -> str:
    """The first thing that the user says in a request."""
    said = next(message["content"] for message in body["messages"] if message["role"] == "user")
    return said if isinstance(said, str) else str(said[0]["text"])


def _message(body: Mapping[str, Any]) -> dict[str, Any]:
    asked, tools = question(body), body.get("tools") or ()
    if not tools or any(message["role"] == "tool" for message in body["messages"]):
        return {"role": "assistant", "content": f"An answer to {asked}", "refusal": None}
    calls = [_call(number, tool["function"], asked) for number, tool in enumerate(tools)]
    return {"role": "assistant", "content": None, "refusal": None, "tool_calls": calls}


def _call(number: int, function: Mapping[str, Any], asked: str) -> dict[str, Any]:
    arguments = dict.fromkeys(function["parameters"].get("properties", {}), asked)
    called = {"name": function["name"], "arguments": json.dumps(arguments)}
    return {"id": f"call_{number}", "type": "function", "function": called}


def _streamed(message: Mapping[str, Any], reason: str) -> Interaction:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
    deltas += [{"content": f"{word} "} for word in (message["content"] or "").split()]
    deltas += [{"tool_calls": [{**call, "index": index}]} for index, call in enumerate(message.get("tool_calls", ()))]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks: list[dict[str, Any]] = [
        {"choices": [choice]} for choice in [*choices, {"index": 0, "delta": {}, "finish_reason": reason}]
    ]
    chunks.append({"choices": [], "usage": _USAGE})
    whole = [{**_head("chat.completion.chunk"), **chunk} for chunk in chunks]
    text = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in whole)
    return _interaction(f"{text}data: [DONE]\n\n", "text/event-stream", 200)


def _head(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": _MODEL}


def _embeddings(body: Mapping[str, Any]) -> dict[str, Any]:
    given = body["input"] if isinstance(body["input"], list) else [body["input"]]
    data = [
        {"object": "embedding", "index": index, "embedding": [float(len(text)), 1.0]}
        for index, text in enumerate(given)
    ]
    usage = {"prompt_tokens": 7, "total_tokens": 7}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


def _sent(body: Mapping[str, Any], status: int = 200) -> Interaction:
    return _interaction(json.dumps(body), "application/json", status)


def _interaction(body: str, kind: str, status: int) -> Interaction:
    return Interaction("corpus/chat", "model", "http://localhost/", {}, status, {"content-type": kind}, body.encode())
