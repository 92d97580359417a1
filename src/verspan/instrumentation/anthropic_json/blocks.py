"""The content blocks of the API, asked or answered, as parts of the conventions' messages.

Tools that the application runs are ``tool_call`` and ``tool_call_response`` parts, those that the provider runs itself
``server_tool_call`` and ``server_tool_call_response``. Signatures and what is encrypted are left out: kilobytes that
only the provider can read. A block of a type that is unknown here stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.fields import field, fields, items, text
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Modality, Part
from verspan.instrumentation.parts import addressed_part

_Block = Mapping[str, Any]

SERVER_TOOLS = frozenset({"server_tool_use", "mcp_tool_use"})
"""The types of the blocks with which a model uses a tool of the provider's."""
_RESULT = "_tool_result"
_SECRETS = frozenset({"signature", "encrypted_content", "encrypted_index", "encrypted_stdout"})


def content_parts(content: Any) -> list[Part]:
    """The parts of a message's ``content``: a string, a list of blocks, or nothing."""
    if isinstance(content, str):
        return [{"type": "text", "content": content}] if content else []
    return [block_part(block) for block in items(content)]


def block_part(block: Any) -> Part:
    """One block."""
    own = fields(block)
    kind = text(own.get("type")) or "text"
    read = _READERS.get(kind)
    if read is not None:
        return read(own)
    return _server_tool_result(kind, own) if kind.endswith(_RESULT) else _plain(own)


def _text(block: _Block) -> Part:
    part: dict[str, Any] = {"type": "text", "content": text(block.get("text")) or ""}
    citations = _plain(items(block.get("citations")))
    return {**part, "citations": citations} if citations else part


def _thinking(block: _Block) -> Part:
    return {"type": "reasoning", "content": text(block.get("thinking")) or ""}


def _redacted_thinking(_: _Block) -> Part:
    return {"type": "redacted_thinking"}


def _tool_use(block: _Block) -> Part:
    part = {"type": "tool_call", "name": text(block.get("name")) or "", "arguments": block.get("input")}
    return _identified(part, block.get("id"))


def _tool_result(block: _Block) -> Part:
    content = block.get("content")
    response = content_parts(content) if isinstance(content, list) else content
    part = {"type": "tool_call_response", "response": response, **_failed(block)}
    return _identified(part, block.get("tool_use_id"))


def _server_tool_use(block: _Block) -> Part:
    name = text(block.get("name")) or ""
    return _server_tool_call(block, {"type": name, "arguments": block.get("input")})


def _mcp_tool_use(block: _Block) -> Part:
    server = block.get("server_name")
    return _server_tool_call(block, {"type": "mcp", "server_name": server, "arguments": block.get("input")})


def _server_tool_call(block: _Block, call: dict[str, Any]) -> Part:
    part = {"type": "server_tool_call", "name": text(block.get("name")) or "", "server_tool_call": call}
    return _identified(part, block.get("id"))


def _server_tool_result(kind: str, block: _Block) -> Part:
    given = {"type": kind.removesuffix(_RESULT), "content": _plain(block.get("content")), **_failed(block)}
    part = {"type": "server_tool_call_response", "server_tool_call_response": given}
    return _identified(part, block.get("tool_use_id"))


def _identified(part: dict[str, Any], call_id: Any) -> Part:
    return {**part, "id": call_id} if isinstance(call_id, str) else part


def _failed(block: _Block) -> dict[str, Any]:
    return {"is_error": True} if block.get("is_error") is True else {}


def _compaction(block: _Block) -> Part:
    summary = text(block.get("content"))
    return {"type": "compaction", "content": summary} if summary else {"type": "compaction"}


def _container_upload(block: _Block) -> Part:
    return {"type": "file", "modality": "document", "file_id": text(block.get("file_id")) or ""}


def _image(block: _Block) -> Part:
    return _source_part("image", block)


def _document(block: _Block) -> Part:
    titled = {name: block[name] for name in ("title", "context") if text(block.get(name))}
    return {**_source_part("document", block), **titled}


def _source_part(modality: Modality, block: _Block) -> Part:
    """What a block shows: its content, its address, the id under which the provider holds it, or other blocks."""
    source = fields(block.get("source"))
    kind = source.get("type")
    if kind == "base64":
        return blob_part(modality, text(source.get("data")) or "", text(source.get("media_type")))
    if kind == "url":
        return addressed_part(modality, text(source.get("url")) or "")
    if kind == "file":
        return {"type": "file", "modality": modality, "file_id": text(source.get("file_id")) or ""}
    if kind == "text":
        return {"type": "text", "content": text(source.get("data")) or ""}
    return {"type": modality, "content": content_parts(source.get("content"))}


def _plain(value: Any) -> Any:
    """A value without what is encrypted or missing, with references in the place of what is large."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "base64" and isinstance(value.get("data"), str):
        return blob_part("document", value["data"], text(field(value, "media_type")))
    return {name: _plain(found) for name, found in value.items() if found is not None and name not in _SECRETS}


_READERS: dict[str, Callable[[_Block], Part]] = {
    "text": _text,
    "thinking": _thinking,
    "redacted_thinking": _redacted_thinking,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
    "server_tool_use": _server_tool_use,
    "mcp_tool_use": _mcp_tool_use,
    "compaction": _compaction,
    "container_upload": _container_upload,
    "image": _image,
    "document": _document,
}
