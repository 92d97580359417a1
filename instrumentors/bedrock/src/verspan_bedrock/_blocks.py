"""The content blocks of Converse, asked or answered, as parts of the conventions' messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput
from verspan.instrumentation.fields import field, fields, items, text
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Message, Modality, Part, ToolDefinition
from verspan.instrumentation.parts import definition


def read_input(body: Any) -> CallInput:
    """What a request says: its messages, instructions and the tools it offers.

    Args:
        body: the JSON of Converse's parameters, which is that of Amazon's own models too.
    """
    return CallInput(
        messages=[_message(fields(message)) for message in items(field(body, "messages"))],
        system_instructions=content_parts(field(body, "system")),
        tool_definitions=[_tool(fields(tool)) for tool in items(field(field(body, "toolConfig"), "tools"))],
    )


def content_parts(content: Any) -> list[Part]:
    """The parts of a list of blocks."""
    return [part for block in items(content) for part in _parts(fields(block))]


def tool_use_part(tool: Any) -> Part:
    """A model asking for a tool."""
    own = fields(tool)
    part = {"type": "tool_call", "name": text(own.get("name")) or "", "arguments": own.get("input")}
    return _identified(part, own.get("toolUseId"))


def reasoning_part(reasoning: Any) -> Part:
    """What a model thought, or that it did, where only the provider can read it."""
    said = text(field(field(reasoning, "reasoningText"), "text"))
    return {"type": "redacted_thinking"} if said is None else {"type": "reasoning", "content": said}


def _message(own: Mapping[str, Any]) -> Message:
    content = own.get("content")
    parts: list[Part] = [{"type": "text", "content": content}] if isinstance(content, str) else content_parts(content)
    return {"role": text(own.get("role")) or "", "parts": parts}


def _parts(block: Mapping[str, Any]) -> list[Part]:
    """A block has one field, which names its type; marks of the cache say nothing."""
    return [
        _READERS[kind](value) if kind in _READERS else {"type": kind, kind: value}
        for kind, value in block.items()
        if kind != "cachePoint"
    ]


def _text(value: Any) -> Part:
    return {"type": "text", "content": text(value) or ""}


def _guarded(value: Any) -> Part:
    return _text(field(field(value, "text"), "text"))


def _medium(modality: Modality, family: str) -> Callable[[Any], Part]:
    def read(value: Any) -> Part:
        source, kind = fields(field(value, "source")), text(field(value, "format"))
        address = text(field(source.get("s3Location"), "uri"))
        if address is not None:
            return {"type": "uri", "modality": modality, "uri": address}
        if said := text(source.get("text")):
            return _text(said)
        return blob_part(modality, text(source.get("bytes")) or "", f"{family}/{kind}" if kind else None)

    return read


def _tool_result(value: Any) -> Part:
    content = [
        block["json"] if isinstance(block, dict) and "json" in block else content_parts([block])
        for block in items(field(value, "content"))
    ]
    response = content[0] if len(content) == 1 else content
    return _identified({"type": "tool_call_response", "response": response}, field(value, "toolUseId"))


def _citations(value: Any) -> Part:
    said = "".join(text(field(one, "text")) or "" for one in items(field(value, "content")))
    return {"type": "text", "content": said}


def _identified(part: dict[str, Any], identifier: Any) -> Part:
    return {**part, "id": identifier} if isinstance(identifier, str) else part


def _tool(own: Mapping[str, Any]) -> ToolDefinition:
    spec = fields(own.get("toolSpec"))
    if spec:
        return definition("function", {**spec, "parameters": field(spec.get("inputSchema"), "json")})
    return definition("extension", fields(own.get("systemTool")))


_READERS: Mapping[str, Callable[[Any], Part]] = {
    "text": _text,
    "guardContent": _guarded,
    "image": _medium("image", "image"),
    "document": _medium("document", "application"),
    "video": _medium("video", "video"),
    "audio": _medium("audio", "audio"),
    "toolUse": tool_use_part,
    "toolResult": _tool_result,
    "reasoningContent": reasoning_part,
    "citationsContent": _citations,
}
