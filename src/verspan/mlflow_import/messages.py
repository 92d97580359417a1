"""Messages of chat completions, which MLflow keeps as the client had them, in the form of the GenAI conventions.

Only the form that OpenAI's chat completions have, and those who do as they do, is understood; of any other the inputs
and outputs are kept and no messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def input_messages(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages of a request; none where it has none in a form that is understood."""
    given = inputs.get("messages")
    if not isinstance(given, Sequence) or not all(_is_message(message) for message in given):
        return []
    return [_message(message) for message in given]


def output_messages(outputs: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The messages of an answer, one per choice, and why each ended."""
    choices = outputs.get("choices")
    if not isinstance(choices, Sequence):
        return [], []
    messages: list[dict[str, Any]] = []
    for choice in choices:
        message = choice.get("message") if isinstance(choice, Mapping) else None
        if message is None or not _is_message(message):
            return [], []
        messages.append({**_message(message), "finish_reason": str(choice.get("finish_reason") or "error")})
    return messages, [message["finish_reason"] for message in messages]


def _is_message(message: Any) -> bool:
    return isinstance(message, Mapping) and isinstance(message.get("role"), str)


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    if message["role"] == "tool":
        answer = {"type": "tool_call_response", "response": message.get("content")}
        call = message.get("tool_call_id")
        return {"role": "tool", "parts": [{**answer, "id": call} if isinstance(call, str) else answer]}
    return {"role": message["role"], "parts": [*_contents(message.get("content")), *_tool_calls(message)]}


def _contents(content: Any) -> Iterator[dict[str, Any]]:
    if isinstance(content, str):
        yield {"type": "text", "content": content}
    elif isinstance(content, Sequence):
        for part in content:
            is_text = isinstance(part, Mapping) and isinstance(part.get("text"), str)
            yield {"type": "text", "content": part["text"]} if is_text else {"type": "unknown", "content": part}


def _tool_calls(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for call in message.get("tool_calls") or ():
        function = call.get("function") if isinstance(call, Mapping) else None
        if isinstance(function, Mapping):
            yield {
                "type": "tool_call",
                "id": str(call.get("id")),
                "name": str(function.get("name")),
                "arguments": _parsed(function.get("arguments")),
            }


def _parsed(arguments: Any) -> Any:
    try:
        return json.loads(arguments)
    except (TypeError, ValueError):
        return arguments
