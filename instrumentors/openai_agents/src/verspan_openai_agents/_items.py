"""The items of OpenAI's responses API, in which the SDK keeps a conversation, as messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import parse_arguments
from verspan.instrumentation.fields import field, fields, items, text
from verspan.instrumentation.messages import Message, Part
from verspan.instrumentation.openai_json.parts import audio_part, file_part, refusal_part, text_part
from verspan.instrumentation.openai_json.requests import read_message
from verspan.instrumentation.parts import addressed_part, spoken


def read_items(said: Any) -> list[Message]:
    """Messages of what a model is given or gives: a text, or a list of items or of messages of chats."""
    if isinstance(said, str):
        return spoken("user", said)
    return [_message(fields(item)) for item in items(said)]


def _message(item: Mapping[str, Any]) -> Message:
    kind = text(item.get("type")) or "message"
    if kind == "message":
        content = item.get("content")
        if not isinstance(content, list) or item.get("tool_calls"):
            return read_message(item)
        return {"role": text(item.get("role")) or "", "parts": [_part(fields(part)) for part in content]}
    if kind == "function_call_output":
        return {"role": "tool", "parts": [_tool_response(item)]}
    return {"role": "assistant", "parts": _asked_or_thought(kind, item)}


def _asked_or_thought(kind: str, item: Mapping[str, Any]) -> list[Part]:
    if kind == "function_call":
        return [
            {
                "type": "tool_call",
                "name": text(item.get("name")) or "",
                "id": text(item.get("call_id")) or "",
                "arguments": parse_arguments(text(item.get("arguments")) or ""),
            }
        ]
    if kind == "reasoning":
        thoughts = (text(field(thought, "text")) for thought in items(item.get("summary")))
        return [{"type": "reasoning", "content": thought} for thought in thoughts if thought]
    return [{name: value for name, value in item.items() if value is not None and name != "encrypted_content"}]


def _tool_response(item: Mapping[str, Any]) -> Part:
    output = item.get("output")
    response = [_part(fields(part)) for part in output] if isinstance(output, list) else output
    return {"type": "tool_call_response", "id": text(item.get("call_id")) or "", "response": response}


def _part(part: Mapping[str, Any]) -> Part:
    kind = text(part.get("type")) or ""
    if kind in ("input_text", "output_text", "text"):
        return text_part(part)
    if kind == "refusal":
        return refusal_part(part)
    if kind == "input_image" and (url := text(part.get("image_url"))):
        return addressed_part("image", url)
    if kind == "input_file":
        return file_part(part)
    return audio_part(part) if kind == "input_audio" else dict(part)
