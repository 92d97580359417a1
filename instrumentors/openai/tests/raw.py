"""A second, independent reading of raw requests and answers, to compare the adapter's with.

Deliberately another way to do it: everything is read from the JSON itself, and a stream is put together by letting the
piece that names a function begin a tool call, whatever its index and id.
"""

from __future__ import annotations

import json
from typing import Any

from tests.recordings.interactions import events

from verspan.instrumentation.calls import Usage

from .interactions import Interaction

Said = dict[str, Any]
_MEDIA = {"image_url": "image", "input_audio": "audio", "file": "document"}


def said(message: Any) -> Said:
    """A message of the adapter's, reduced to what a raw one says too."""
    parts = message["parts"]

    def text(kind: str) -> str:
        return "".join(part["content"] for part in parts if part["type"] == kind)

    return {
        "role": message["role"],
        "text": text("text"),
        "reasoning": text("reasoning"),
        "refusal": text("refusal"),
        "calls": [(part["name"], part.get("arguments")) for part in parts if part["type"] == "tool_call"],
        "media": [part["modality"] for part in parts if "modality" in part],
        "answers": [(part.get("id"), part["response"]) for part in parts if part["type"] == "tool_call_response"],
        "finish": message.get("finish_reason"),
    }


def asked(interaction: Interaction) -> list[Said]:
    """The messages of a request."""
    return [_asked(message) for message in interaction.request["messages"]]


def offered(interaction: Interaction) -> list[str]:
    """The names of the tools of a request."""
    tools = [tool[tool["type"]]["name"] for tool in interaction.request.get("tools", ())]
    return tools + [function["name"] for function in interaction.request.get("functions", ())]


def answered(interaction: Interaction) -> list[Said]:
    """The choices of an answer, by their index; none where it is an error."""
    choices: dict[int, Said] = {}
    for event in events(interaction):
        for raw in event.get("choices", ()):
            choice = choices.setdefault(raw.get("index", 0), _nothing("assistant", "error"))
            _add(choice, raw.get("delta") or raw.get("message") or {})
            choice["finish"] = raw.get("finish_reason") or choice["finish"]
    for choice in choices.values():
        choice["calls"] = [(name, _arguments("".join(pieces))) for name, pieces, _ in choice["calls"]]
    return [choices[index] for index in sorted(choices)]


def identity(interaction: Interaction) -> tuple[str | None, str | None]:
    """Id and model of an answer; a stream's first ones that are not empty."""
    found = [event for event in events(interaction) if "choices" in event]
    ids = [event["id"] for event in found if event.get("id")]
    models = [event["model"] for event in found if event.get("model")]
    return next(iter(ids), None), next(iter(models), None)


def used(interaction: Interaction) -> Usage | None:
    """The usage of an answer; a stream's last one."""
    found = [event.get("usage") or event.get("x_groq", {}).get("usage") for event in events(interaction)]
    last = next((usage for usage in reversed(found) if usage), None)
    if last is None:
        return None
    prompt = last.get("prompt_tokens_details") or {}
    completion = last.get("completion_tokens_details") or {}
    return Usage(
        input_tokens=last["prompt_tokens"],
        output_tokens=last["completion_tokens"],
        cache_read_input_tokens=prompt.get("cached_tokens"),
        cache_write_input_tokens=prompt.get("cache_write_tokens"),
        reasoning_output_tokens=completion.get("reasoning_tokens"),
        audio_input_tokens=prompt.get("audio_tokens") or None,
        audio_output_tokens=completion.get("audio_tokens") or None,
    )


def _nothing(role: str, finish: str | None) -> Said:
    empty: Said = {"text": "", "reasoning": "", "refusal": "", "calls": [], "media": [], "answers": []}
    return {"role": role, "finish": finish, **empty}


def _asked(message: dict[str, Any]) -> Said:
    found = _nothing(message["role"], None)
    content = message.get("content")
    if message["role"] == "tool":
        return {**found, "answers": [(message["tool_call_id"], content)]}
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    found["text"] = "".join(part["text"] for part in parts if part["type"] == "text")
    found["media"] = [_MEDIA[part["type"]] for part in parts if part["type"] in _MEDIA]
    found["reasoning"] = message.get("reasoning_content") or message.get("reasoning") or ""
    functions = [call["function"] for call in message.get("tool_calls", ())]
    functions += [message["function_call"]] if "function_call" in message else []
    found["calls"] = [(function["name"], _arguments(function["arguments"])) for function in functions]
    return found


def _add(choice: Said, piece: dict[str, Any]) -> None:
    content = piece.get("content") or ""
    if isinstance(content, list):
        for part in content:
            choice["text"] += part.get("text", "")
            choice["reasoning"] += "".join(thought["text"] for thought in part.get("thinking", ()))
    else:
        choice["text"] += content
    choice["reasoning"] += piece.get("reasoning_content") or piece.get("reasoning") or ""
    choice["refusal"] += piece.get("refusal") or ""
    if piece.get("audio") and not choice["media"]:
        choice["media"] = ["audio"]
    for call in piece.get("tool_calls") or ():
        _add_call(choice["calls"], call.get("function") or call.get("custom"), call.get("index"))
    if piece.get("function_call"):
        _add_call(choice["calls"], piece["function_call"], 0)


def _add_call(calls: list[tuple[str, list[str], int | None]], function: dict[str, Any], index: int | None) -> None:
    if function.get("name"):
        calls.append((function["name"], [], index))
    _, pieces, _ = next(call for call in reversed(calls) if index is None or call[2] == index)
    pieces.append(function.get("arguments") or function.get("input") or "")


def _arguments(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text or None
