"""What people and models said in a span, as short pieces of text with who said them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verspan.semconv import (
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_OUTPUT_MESSAGES,
    GEN_AI_SYSTEM_INSTRUCTIONS,
    GEN_AI_TOOL_CALL_ARGUMENTS,
    GEN_AI_TOOL_CALL_RESULT,
    VERSPAN_INPUTS,
    VERSPAN_OUTPUTS,
)
from verspan.traces.model import Attributes

_WRITTEN = ("text", "reasoning", "refusal", "compaction")
"""Types of parts whose content is text."""
_ELSEWHERE = ("blob", "file", "uri")
"""Types of parts whose content a terminal does not show."""


@dataclass(frozen=True)
class Said:
    """A piece of content, and who said it or what it is."""

    by: str
    text: str


def said_in(attributes: Attributes) -> list[Said]:
    """What a span holds of messages, inputs and outputs, in the order in which it came about."""
    return [
        *_single("system", attributes, GEN_AI_SYSTEM_INSTRUCTIONS),
        *_messages(attributes, GEN_AI_INPUT_MESSAGES),
        *_single("inputs", attributes, VERSPAN_INPUTS),
        *_single("arguments", attributes, GEN_AI_TOOL_CALL_ARGUMENTS),
        *_messages(attributes, GEN_AI_OUTPUT_MESSAGES),
        *_single("result", attributes, GEN_AI_TOOL_CALL_RESULT),
        *_single("outputs", attributes, VERSPAN_OUTPUTS),
    ]


def _single(by: str, attributes: Attributes, name: str) -> list[Said]:
    return [Said(by, _text(_decoded(attributes[name])))] if name in attributes else []


def _messages(attributes: Attributes, name: str) -> list[Said]:
    messages = _decoded(attributes.get(name, ()))
    if not _is_list(messages):
        return [Said("message", _text(messages))]
    return [_message(message) for message in messages]


def _message(message: Any) -> Said:
    if not isinstance(message, Mapping):
        return Said("message", _text(message))
    return Said(str(message.get("role", "message")), _text(message.get("parts", message.get("content"))))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if _is_list(value) and value and all(isinstance(each, Mapping) and "type" in each for each in value):
        return "\n".join(_part(part) for part in value)
    return _compact(value)


def _part(part: Mapping[str, Any]) -> str:
    kind = part["type"]
    if kind in _WRITTEN:
        return _text(part.get("content"))
    if kind == "tool_call":
        return f"→ {part.get('name')}({_text(part.get('arguments', ''))})"
    if kind == "tool_call_response":
        return _text(part.get("response"))
    if kind in _ELSEWHERE:
        return f"[{part.get('modality', kind)} {part.get('mime_type') or part.get('file_id') or ''}".rstrip() + "]"
    return _compact(part)


def _decoded(value: Any) -> Any:
    import orjson

    if not isinstance(value, (str, bytes)):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _compact(value: Any) -> str:
    from verspan.cli.documents import as_json

    return as_json(value, indented=False)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))
