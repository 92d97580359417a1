"""The messages and tools of a chat request, in the shape of OpenTelemetry's GenAI conventions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput, parse_arguments
from verspan.instrumentation.fields import field, fields, items, text
from verspan.instrumentation.messages import Message, Modality, Part, ToolCallPart, ToolCallResponsePart, ToolDefinition
from verspan.instrumentation.openai_json.parts import audio_part, file_part, refusal_part, text_part
from verspan.instrumentation.parts import addressed_part, definition

CONTENT = ("messages", "tools", "functions")
"""What of a request is content."""


def read_input(body: Mapping[str, Any]) -> CallInput:
    """What a request says: its messages and the tools it offers.

    Args:
        body: the request's JSON object.
    """
    return CallInput(
        messages=[read_message(message) for message in items(body.get("messages"))],
        tool_definitions=[
            *map(_tool_definition, items(body.get("tools"))),
            *map(_legacy, items(body.get("functions"))),
        ],
    )


def read_message(message: Any) -> Message:
    """One message of the history, whoever wrote it."""
    own = fields(message)
    role = text(own.get("role")) or ""
    read: Message = {"role": role, "parts": _parts(role, own)}
    if name := text(own.get("name")):
        read["name"] = name
    return read


def content_parts(content: Any) -> list[Part]:
    """The parts of a message's ``content``: a string, a list of typed parts, or nothing."""
    if isinstance(content, str):
        return [{"type": "text", "content": content}] if content else []
    return [content_part(part) for part in items(content)]


def content_part(part: Any) -> Part:
    """One typed part of a message's content; a type that is unknown here stays what it is."""
    own = fields(part)
    read = _PART_READERS.get(text(own.get("type")) or "")
    return read(own) if read else dict(own)


def tool_call_part(call: Any) -> ToolCallPart:
    """A whole tool call of the API, of a function or a custom tool."""
    own = fields(call)
    tool = fields(own.get("function") or own.get("custom"))
    part: ToolCallPart = {"type": "tool_call", "name": text(tool.get("name")) or ""}
    if call_id := text(own.get("id")):
        part["id"] = call_id
    arguments = tool.get("arguments", tool.get("input"))
    if arguments:
        part["arguments"] = parse_arguments(arguments) if isinstance(arguments, str) else arguments
    return part


def _parts(role: str, own: Mapping[str, Any]) -> list[Part]:
    if role == "assistant":
        return _assistant_parts(own)
    return [_tool_response(own)] if role == "tool" else content_parts(own.get("content"))


def _assistant_parts(own: Mapping[str, Any]) -> list[Part]:
    parts: list[Part] = []
    if reasoning := text(own.get("reasoning_content") or own.get("reasoning")):
        parts.append({"type": "reasoning", "content": reasoning})
    parts += content_parts(own.get("content"))
    if refusal := text(own.get("refusal")):
        parts.append({"type": "refusal", "content": refusal})
    if audio_id := text(field(own.get("audio"), "id")):
        parts.append({"type": "file", "modality": "audio", "file_id": audio_id})
    parts += [tool_call_part(call) for call in items(own.get("tool_calls"))]
    if own.get("function_call"):
        parts.append(tool_call_part({"function": own["function_call"]}))
    return parts


def _tool_response(message: Mapping[str, Any]) -> Part:
    content = message.get("content")
    response = content if isinstance(content, str) else content_parts(content)
    part: ToolCallResponsePart = {"type": "tool_call_response", "response": response}
    if call_id := text(message.get("tool_call_id")):
        part["id"] = call_id
    return part


def _at_address(modality: Modality) -> Callable[[Mapping[str, Any]], Part]:
    def read(part: Mapping[str, Any]) -> Part:
        found = part.get(part["type"])
        return addressed_part(modality, text(found) or text(field(found, "url")) or "")

    return read


def _file(part: Mapping[str, Any]) -> Part:
    return file_part(part.get("file"))


_PART_READERS: dict[str, Callable[[Mapping[str, Any]], Part]] = {
    "text": text_part,
    "refusal": refusal_part,
    "image_url": _at_address("image"),
    "audio_url": _at_address("audio"),  # of compatible hosts, as is the next
    "video_url": _at_address("video"),
    "input_audio": audio_part,
    "file": _file,
}


def _tool_definition(tool: Any) -> ToolDefinition:
    own = fields(tool)
    kind = text(own.get("type")) or "function"
    return definition(kind, fields(own.get(kind)))


def _legacy(function: Any) -> ToolDefinition:
    return definition("function", fields(function))
