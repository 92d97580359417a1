"""The items of the responses API, asked or answered: messages, reasoning, calls of tools and what tools gave.

Tools that the application runs are ``tool_call`` and ``tool_call_response`` parts, those that the provider runs itself
``server_tool_call`` and ``server_tool_call_response``. An item of a type that is unknown here stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.calls import parse_arguments
from verspan.instrumentation.fields import field, fields, items, text
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Part, ToolCallPart, ToolCallResponsePart
from verspan.instrumentation.openai_json.parts import audio_part, file_part, refusal_part, text_part
from verspan.instrumentation.parts import addressed_part

_Item = Mapping[str, Any]

CLIENT_TOOLS = frozenset(
    {"function_call", "custom_tool_call", "computer_call", "local_shell_call", "shell_call", "apply_patch_call"}
)
"""The types of the items with which a model asks the application for a tool."""
_ASKED = ("action", "actions", "operation")  # of the tools that are known to the API
_TOOL_RESPONSES = frozenset(f"{kind}_output" for kind in CLIENT_TOOLS)
_SERVER_TOOLS = {
    "web_search_call": None,
    "file_search_call": "results",
    "code_interpreter_call": "outputs",
    "image_generation_call": "result",
    "mcp_call": "output",
    "mcp_list_tools": "tools",
    "tool_search_call": None,
}
"""By the type of an item with which a model uses a tool of the provider's, the field that holds what the tool gave."""
_NOT_SAID = frozenset({"id", "type", "status", "call_id", "name", "created_by", "encrypted_content"})


def role_of(item: _Item) -> str:
    """Who an item is from."""
    if role := text(item.get("role")):
        return role
    return "tool" if item.get("type") in _TOOL_RESPONSES else "assistant"


def is_message(item: _Item) -> bool:
    """Whether an item is a whole message; in a request its type may be left out."""
    return (text(item.get("type")) or "message") == "message"


def item_parts(item: _Item) -> list[Part]:
    """The parts of a message that an item is, or is one of several of."""
    kind = text(item.get("type")) or "message"
    if kind in CLIENT_TOOLS:
        return [_tool_call(kind, item)]
    if kind in _TOOL_RESPONSES:
        return [_tool_response(item)]
    if kind in _SERVER_TOOLS and item.get("execution") != "client":
        return _server_tool(kind, item)
    read = _ITEM_READERS.get(kind)
    return read(item) if read else [_without_secrets(item)]


def content_parts(content: Any) -> list[Part]:
    """What a message says: a text, or a list of typed parts."""
    if isinstance(content, str):
        return [{"type": "text", "content": content}] if content else []
    return [content_part(fields(part)) for part in items(content)]


def content_part(part: _Item) -> Part:
    """One typed part of a message, or of what a tool gave; a type that is unknown here stays what it is."""
    read = _PART_READERS.get(text(part.get("type")) or "")
    return read(part) if read else dict(part)


def _reasoning(item: _Item) -> list[Part]:
    thoughts = (text(field(thought, "text")) for thought in (*items(item.get("summary")), *items(item.get("content"))))
    return [{"type": "reasoning", "content": thought} for thought in thoughts if thought]


def _message(item: _Item) -> list[Part]:
    return content_parts(item.get("content"))


def _compaction(item: _Item) -> list[Part]:
    item_id = text(item.get("id"))
    return [{"type": "compaction", "id": item_id} if item_id else {"type": "compaction"}]


def _tool_search_output(item: _Item) -> list[Part]:
    tools = [text(field(tool, "name")) or text(field(tool, "type")) for tool in items(item.get("tools"))]
    return [_identified(item, _given("tool_search", {"tools": tools}))]


def _tool_call(kind: str, item: _Item) -> ToolCallPart:
    part: ToolCallPart = {"type": "tool_call", "name": text(item.get("name")) or kind.removesuffix("_call")}
    if call_id := text(item.get("call_id")) or text(item.get("id")):
        part["id"] = call_id
    if asked := _asked(item):
        part["arguments"] = asked
    return part


def _asked(item: _Item) -> Any:
    if (arguments := text(item.get("arguments"))) is not None:
        return parse_arguments(arguments)
    return item.get("input") or {name: item[name] for name in _ASKED if item.get(name) is not None}


def _tool_response(item: _Item) -> ToolCallResponsePart:
    output = item.get("output")
    if isinstance(output, list):
        output = [content_part(fields(part)) for part in output]
    elif isinstance(output, dict):
        output = content_part(output)
    part: ToolCallResponsePart = {"type": "tool_call_response", "response": output}
    if call_id := text(item.get("call_id")):
        part["id"] = call_id
    return part


def _server_tool(kind: str, item: _Item) -> list[Part]:
    given_in = _SERVER_TOOLS[kind]
    name = kind.removesuffix("_call")
    asked = {key: item[key] for key in item if key not in _NOT_SAID and key not in (given_in, "error")}
    call = {"type": "server_tool_call", "name": text(item.get("name")) or name}
    parts: list[Part] = [_identified(item, {**call, "server_tool_call": {"type": name, **_told(asked)}})]
    given = _told({key: item.get(key) for key in (given_in, "error") if key})
    if given:
        parts.append(_identified(item, _given(name, _with_image(given) if name == "image_generation" else given)))
    return parts


def _given(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "server_tool_call_response", "server_tool_call_response": {"type": name, **given}}


def _with_image(given: Mapping[str, Any]) -> Mapping[str, Any]:
    image = text(given.get("result"))
    return given if image is None else {**given, "result": blob_part("image", image)}


def _identified(item: _Item, part: dict[str, Any]) -> dict[str, Any]:
    item_id = text(item.get("call_id")) or text(item.get("id"))
    return {**part, "id": item_id} if item_id else part


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = _without_nothing(found)
    arguments = told.get("arguments")
    return {**told, "arguments": parse_arguments(arguments)} if isinstance(arguments, str) else told


def _without_secrets(item: _Item) -> dict[str, Any]:
    """An item without what is encrypted: kilobytes that only the provider can read."""
    return {key: _without_nothing(item[key]) for key in item if key != "encrypted_content" and item[key] is not None}


def _without_nothing(value: Any) -> Any:
    """A value without the fields that are None, which one version of the client has where another has none."""
    if isinstance(value, dict):
        return {key: _without_nothing(found) for key, found in value.items() if found is not None}
    return [_without_nothing(found) for found in value] if isinstance(value, list) else value


def _image(part: _Item) -> Part:
    url = text(part.get("image_url"))
    if url is None and (file_id := text(part.get("file_id"))):
        return {"type": "file", "modality": "image", "file_id": file_id}
    return addressed_part("image", url or "")


def _sound(part: _Item) -> Part:
    """Sound inside a request; or of a realtime session, which tells what was said rather than the sound again."""
    if "input_audio" in part:
        return audio_part(part)
    transcript, content = text(part.get("transcript")), text(part.get("audio"))
    if content is None:
        return {"type": "text", "content": transcript or ""}
    sound = blob_part("audio", content)
    return {**sound, "transcript": transcript} if transcript else sound


_ITEM_READERS: dict[str, Callable[[_Item], list[Part]]] = {
    "message": _message,
    "reasoning": _reasoning,
    "compaction": _compaction,
    "tool_search_output": _tool_search_output,
}
_PART_READERS: dict[str, Callable[[_Item], Part]] = {
    "input_text": text_part,
    "output_text": text_part,
    "text": text_part,
    "refusal": refusal_part,
    "input_image": _image,
    "computer_screenshot": _image,
    "input_file": file_part,
    "input_audio": _sound,
    "output_audio": _sound,
    "audio": _sound,  # of realtime while it was in beta
}
