"""What steps are given and give, as messages of the conventions.

LlamaIndex's objects are known by their shape, so that nothing of it has to be imported.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verspan.instrumentation.calls import parse_arguments
from verspan.instrumentation.fields import field, items, text
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Message, Modality, Part
from verspan.instrumentation.parts import addressed_part
from verspan.instrumentation.serialising import snapshot

_ROLES = {"chatbot": "assistant", "model": "assistant", "function": "tool"}


def messages_of(value: Any, role: str) -> list[Message]:
    """The messages that a value holds, or the value as the only one.

    Args:
        value: a message, a list of them, a query, a response, a text, or anything else, which is told as JSON.
        role: whose the value is where it does not say so itself.
    """
    if value is None:
        return []
    if isinstance(value, (list, tuple)) and value and all(is_message(one) for one in value):
        return [_message(one) for one in value]
    if is_message(value):
        return [_message(value)]
    said = said_in(value)
    return [{"role": role, "parts": [{"type": "text", "content": said}]}] if said else []


def is_message(value: Any) -> bool:
    """Whether a value is one of LlamaIndex's messages."""
    return hasattr(value, "role") and hasattr(value, "blocks")


def said_in(value: Any) -> str:
    """A text, the text of a query or of a response, or a value as JSON."""
    told = value
    for name in ("query_str", "response"):
        told = getattr(value, name, told)
    return told if isinstance(told, str) else snapshot(plain(told)).decode()


def plain(value: Any) -> Any:
    """A value as JSON has it: a model's fields, and a text's JSON where it is some."""
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return dump()
    return parse_arguments(value) if isinstance(value, str) else value


def _message(message: Any) -> Message:
    extra = message.additional_kwargs
    role = str(getattr(message.role, "value", message.role))
    parts = [part for block in message.blocks for part in _parts(block)]
    if role == "tool":
        call_id = text(field(extra, "tool_call_id"))
        parts = [{"type": "tool_call_response", "response": message.content, **({"id": call_id} if call_id else {})}]
    if not any(part["type"] == "tool_call" for part in parts):
        parts += [_extra_call(call) for call in items(field(extra, "tool_calls"))]
    return {"role": _ROLES.get(role, role), "parts": parts}


def _parts(block: Any) -> Iterator[Part]:
    kind = str(getattr(block, "block_type", ""))
    reader = _READERS.get(kind)
    if reader is not None:
        part = reader(block)
        if part is not None:
            yield part
    elif kind:
        yield {"type": kind}


def _text(block: Any) -> Part | None:
    return {"type": "text", "content": block.text} if block.text else None


def _thinking(block: Any) -> Part | None:
    return {"type": "reasoning", "content": block.content} if block.content else None


def _call(block: Any) -> Part:
    part: dict[str, Any] = {"type": "tool_call", "name": block.tool_name, "arguments": plain(block.tool_kwargs)}
    return {**part, "id": block.tool_call_id} if block.tool_call_id else part


def _extra_call(call: Any) -> Part:
    """A call as the provider's client has it, where LlamaIndex passes it on."""
    function = getattr(call, "function", None) or field(call, "function")
    name, arguments = (getattr(function, one, None) or field(function, one) for one in ("name", "arguments"))
    part: dict[str, Any] = {"type": "tool_call", "name": name or "", "arguments": plain(arguments)}
    call_id = getattr(call, "id", None) or field(call, "id")
    return {**part, "id": call_id} if call_id else part


def _medium(modality: Modality, content: str, mime_type: str) -> Callable[[Any], Part]:
    def read(block: Any) -> Part:
        held, mime = getattr(block, content, None), text(getattr(block, mime_type, None))
        if isinstance(held, bytes):  # in base64 already, but for documents
            encoded = base64.b64encode(held) if modality == "document" else held
            return blob_part(modality, encoded.decode("ascii", "replace"), mime)
        return addressed_part(modality, str(block.url)) if getattr(block, "url", None) else {"type": modality}

    return read


_READERS: Mapping[str, Callable[[Any], Part | None]] = {
    "text": _text,
    "thinking": _thinking,
    "tool_call": _call,
    "image": _medium("image", "image", "image_mimetype"),
    "audio": _medium("audio", "audio", "format"),
    "video": _medium("video", "video", "video_mimetype"),
    "document": _medium("document", "data", "document_mimetype"),
}
