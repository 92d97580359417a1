"""The steps of an interaction, asked or answered: what was said and thought, and calls of tools with what they gave.

Functions of the application are ``tool_call`` and ``tool_call_response`` parts, the provider's own tools
``server_tool_call`` and ``server_tool_call_response``. What is unknown here stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.fields import field, fields, items, text
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Modality, Part
from verspan.instrumentation.parts import text_parts

_Step = Mapping[str, Any]
_MODALITIES: Mapping[str, Modality] = {"image": "image", "audio": "audio", "video": "video", "document": "document"}
_NOT_SAID = frozenset({"id", "call_id", "name", "type", "signature"})


def step_parts(step: _Step) -> tuple[str, list[Part]] | None:
    """Whose step it is, and the parts of a message that it is; None where it is no step but a content."""
    kind = text(step.get("type")) or ""
    role_and_reader = _STEPS.get(kind)
    if role_and_reader is not None:
        role, read = role_and_reader
        return role, read(step)
    return ("assistant", [server_part(step)]) if kind.endswith(("_call", "_result")) else None


def content_parts(content: Any) -> list[Part]:
    """What is said: a text, or a list of typed contents."""
    return text_parts([content]) if isinstance(content, str) else [content_part(fields(one)) for one in items(content)]


def content_part(content: _Step) -> Part:
    """One typed content."""
    kind = text(content.get("type")) or ""
    if kind == "text":
        return {"type": "text", "content": text(content.get("text")) or ""}
    modality, data = _MODALITIES.get(kind), text(content.get("data"))
    if modality is None:
        return dict(content)
    mime_type = text(content.get("mime_type"))
    if data is not None:
        return blob_part(modality, data, mime_type)
    part: dict[str, Any] = {"type": "uri", "modality": modality, "uri": text(content.get("uri")) or ""}
    return {**part, "mime_type": mime_type} if mime_type else part


def _content(step: _Step) -> list[Part]:
    return content_parts(step.get("content"))


def _thoughts(step: _Step) -> list[Part]:
    """What of a thought is shown."""
    said = [text(field(one, "text")) for one in items(step.get("summary"))]
    return [{"type": "reasoning", "content": one} for one in said if one]


def server_part(step: _Step) -> Part:
    """A call of one of the provider's own tools, or what it gave."""
    kind, _, what = (text(step.get("type")) or "").rpartition("_")
    told = {"type": kind, **{name: value for name, value in step.items() if name not in _NOT_SAID}}
    identity = {"id": found} if (found := text(step.get("id") or step.get("call_id"))) else {}
    if what == "call":
        return {
            "type": "server_tool_call",
            "name": text(step.get("name")) or kind,
            **identity,
            "server_tool_call": told,
        }
    return {"type": "server_tool_call_response", **identity, "server_tool_call_response": told}


def _call(step: _Step) -> list[Part]:
    part: dict[str, Any] = {"type": "tool_call", "name": text(step.get("name")) or ""}
    if call_id := text(step.get("id")):
        part["id"] = call_id
    return [{**part, "arguments": step["arguments"]} if step.get("arguments") is not None else part]


def _result(step: _Step) -> list[Part]:
    result = step.get("result")
    part: dict[str, Any] = {"type": "tool_call_response"}
    if call_id := text(step.get("call_id")):
        part["id"] = call_id
    return [{**part, "response": content_parts(result) if isinstance(result, list) else result}]


_STEPS: Mapping[str, tuple[str, Callable[[_Step], list[Part]]]] = {
    "user_input": ("user", _content),
    "model_output": ("assistant", _content),
    "thought": ("assistant", _thoughts),
    "function_call": ("assistant", _call),
    "function_result": ("tool", _result),
}
