"""Contents and their parts: what was asked and what was answered, in the API's shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.calls import Choice
from verspan.instrumentation.fields import field, fields, items, text
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Message, Modality, Part, ToolDefinition
from verspan.instrumentation.parts import definition

_ROLES = {"model": "assistant", "function": "tool"}
_MODALITIES: Mapping[str, Modality] = {"image": "image", "audio": "audio", "video": "video"}
_SECRETS = ("thoughtSignature",)
_WORD_BREAK = re.compile(r"(?<=[a-z])_([a-z])")
_CODE = "code_execution"


def messages_of(contents: Any) -> list[Message]:
    """The contents of a request as messages, in their order."""
    return [_message(fields(content)) for content in items(contents)]


def parts_of(content: Any) -> list[Part]:
    """The parts of one content."""
    return [part for raw in items(field(content, "parts")) if (part := part_of(fields(raw))) is not None]


def part_of(given: Mapping[str, Any]) -> Part | None:
    """One part; None where it says nothing, and what is unknown here stays what it is."""
    raw = _in_camel_case(given)
    said = text(raw.get("text"))
    if said is not None:
        kind = "reasoning" if raw.get("thought") else "text"
        return {"type": kind, "content": said} if said else None
    for name, read in _READERS.items():
        if name in raw:
            return read(fields(raw[name]))
    rest = {name: value for name, value in raw.items() if name not in _SECRETS}
    return {"type": next(iter(rest)), **rest} if rest else None


def add_parts(choice: Choice, content: Any) -> None:
    """Add the parts of a content, whole or a piece of a stream, to a choice."""
    for raw in map(fields, items(field(content, "parts"))):
        said = text(raw.get("text"))
        if said is not None:
            if said:
                (choice.think if raw.get("thought") else choice.text.append)(said)
        elif (part := part_of(raw)) is not None:
            choice.add(part)


def definitions_of(tools: Any) -> list[ToolDefinition]:
    """The tools that are offered: functions of the application, and the provider's own by their names."""
    return [one for tool in map(fields, items(tools)) for one in _definitions(tool)]


def modality_of(mime_type: str | None) -> Modality:
    """The modality of a media type."""
    return _MODALITIES.get((mime_type or "").partition("/")[0], "document")


def _message(content: Mapping[str, Any]) -> Message:
    parts = parts_of(content)
    role = text(content.get("role")) or "user"
    if parts and all(part["type"] == "tool_call_response" for part in parts):
        role = "tool"
    return {"role": _ROLES.get(role, role), "parts": parts}


def _inline(raw: Mapping[str, Any]) -> Part:
    own = _in_camel_case(raw)
    mime_type = text(own.get("mimeType"))
    return blob_part(modality_of(mime_type), text(own.get("data")) or "", mime_type)


def _file(raw: Mapping[str, Any]) -> Part:
    own = _in_camel_case(raw)
    mime_type = text(own.get("mimeType"))
    part: dict[str, Any] = {"type": "uri", "modality": modality_of(mime_type), "uri": text(own.get("fileUri")) or ""}
    return {**part, "mime_type": mime_type} if mime_type else part


def _call(raw: Mapping[str, Any]) -> Part:
    part: dict[str, Any] = {"type": "tool_call", "name": text(raw.get("name")) or ""}
    return {**part, **_identity(raw), **({"arguments": raw["args"]} if "args" in raw else {})}


def _response(raw: Mapping[str, Any]) -> Part:
    name = text(raw.get("name"))  # which is all that tells the call, where the API gave it no id
    part: dict[str, Any] = {"type": "tool_call_response", **_identity(raw), "response": raw.get("response")}
    return {**part, "name": name} if name else part


def _code(raw: Mapping[str, Any]) -> Part:
    told = {"type": _CODE, **_without_id(raw)}
    return {"type": "server_tool_call", "name": _CODE, **_identity(raw), "server_tool_call": told}


def _code_result(raw: Mapping[str, Any]) -> Part:
    told = {"type": _CODE, **_without_id(raw)}
    return {"type": "server_tool_call_response", **_identity(raw), "server_tool_call_response": told}


def _identity(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": raw["id"]} if isinstance(raw.get("id"), str) else {}


def _without_id(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "id"}


def _definitions(given: Mapping[str, Any]) -> list[ToolDefinition]:
    tool = _in_camel_case(given)
    declared = [_declared(_in_camel_case(fields(one))) for one in items(tool.get("functionDeclarations"))]
    return declared + [{"type": name, "name": name} for name in tool if name != "functionDeclarations"]


def _declared(function: Mapping[str, Any]) -> ToolDefinition:
    schema = function.get("parameters") or function.get("parametersJsonSchema")
    return definition("function", {**function, "parameters": schema})


def _in_camel_case(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object with its names as the API spells them; the client sends some of them as Python does."""
    if not any("_" in name for name in raw):
        return raw
    return {_WORD_BREAK.sub(lambda found: found[1].upper(), name): value for name, value in raw.items()}


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Part]] = {
    "inlineData": _inline,
    "fileData": _file,
    "functionCall": _call,
    "functionResponse": _response,
    "executableCode": _code,
    "codeExecutionResult": _code_result,
}
