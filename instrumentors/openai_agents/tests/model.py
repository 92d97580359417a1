"""A model behind a local server: what it answers follows from what it is asked, in the shapes of both APIs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.recordings.interactions import Interaction
from tests.recordings.replay import Received

_USAGE = {
    "input_tokens": 20,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 25,
}


def answer(asked: Received) -> Interaction | None:
    """What the model answers; None where it is asked by another API."""
    body = asked.json
    if "break" in json.dumps(body.get("input", "")):
        return _sent({"error": {"message": "the parcel broke the model", "type": "server_error"}}, status=500)
    if asked.path == "/responses":
        return _response(body)
    return _sent(_completion(body)) if asked.path == "/chat/completions" else None


def _response(body: Mapping[str, Any]) -> Interaction:
    whole = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "model": "gpt-4o-mini-2024-07-18",
        "status": "completed",
        "instructions": body.get("instructions"),
        "output": _output(body),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": _USAGE,
    }
    if not body.get("stream"):
        return _sent(whole)
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    done = [
        {"type": "response.output_item.done", "output_index": index, "item": item}
        for index, item in enumerate(whole["output"])  # type: ignore[arg-type]  # which is a list
    ]
    events = [{"type": "response.created", "response": begun}, *done, {"type": "response.completed", "response": whole}]
    numbered = [{**event, "sequence_number": number} for number, event in enumerate(events)]
    text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in numbered)
    return _sent(text, "text/event-stream")


def _output(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = body["input"] if isinstance(body["input"], list) else [{"content": body["input"]}]
    said = str(given[0].get("content"))
    parameters = {tool["name"]: tool["parameters"].get("properties", {}) for tool in body.get("tools", ())}
    tools = list(parameters)
    if given[-1].get("type") == "function_call_output" or not tools:
        return [_message(f"An answer to {said}")]
    handoffs = [name for name in tools if name.startswith("transfer_to_")]
    if handoffs and not any(item.get("type") == "function_call" for item in given):
        return [_call(handoffs[0], {}, 0)]
    if handoffs:
        return [_message(f"An answer to {said}")]
    return [_call(name, dict.fromkeys(parameters[name], said), number) for number, name in enumerate(tools)]


def _message(text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content}


def _call(name: str, arguments: Mapping[str, Any], number: int) -> dict[str, Any]:
    asked = {"name": name, "arguments": json.dumps(arguments), "call_id": f"call_{number}"}
    return {"id": f"fc_{number}", "type": "function_call", "status": "completed", **asked}


def _completion(body: Mapping[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": f"An answer to {body['messages'][-1]['content']}", "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
    }


def _sent(body: Mapping[str, Any] | str, kind: str = "application/json", status: int = 200) -> Interaction:
    text = body if isinstance(body, str) else json.dumps(body)
    return Interaction("corpus/agents", "model", "http://localhost/", {}, status, {"content-type": kind}, text.encode())
