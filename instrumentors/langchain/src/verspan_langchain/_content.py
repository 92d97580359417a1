"""Parts of LangChain's messages: its own blocks, and those of providers, which it passes on as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verspan.instrumentation.fields import field, fields, items, text
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Modality, Part
from verspan.instrumentation.openai_json.parts import audio_part, file_part
from verspan.instrumentation.parts import addressed_part

_CALLS = frozenset(("tool_use", "tool_call", "tool_call_chunk", "invalid_tool_call", "function_call"))
"""Blocks that say once more which tools are called."""
_MODALITIES: Mapping[str, Modality] = {"image": "image", "audio": "audio", "video": "video", "file": "document"}


def content_parts(content: Any) -> list[Part]:
    """The parts of a message's content, which is a text or a list of texts and blocks."""
    blocks = [content] if isinstance(content, str) else items(content)
    return [part for block in blocks for part in _parts(block)]


def _parts(block: Any) -> Iterator[Part]:
    if isinstance(block, str):
        if block:
            yield {"type": "text", "content": block}
        return
    kind = text(field(block, "type")) or ""
    if kind in _CALLS or not kind:
        return
    reader = _READERS.get(kind)
    yield dict(block) if reader is None else reader(block)


def _text(block: Any) -> Part:
    return {"type": "text", "content": text(field(block, "text")) or ""}


def _reasoning(block: Any) -> Part:
    summary = [text(field(one, "text")) or "" for one in items(field(block, "summary"))]
    told = text(field(block, "reasoning")) or text(field(block, "thinking"))
    return {"type": "reasoning", "content": told or "\n".join(summary)}


def _image_url(block: Any) -> Part:
    image = field(block, "image_url")
    return addressed_part("image", text(image) or text(field(image, "url")) or "")


def _medium(block: Any) -> Part:
    """A block of LangChain's own, or Anthropic's, or a file as OpenAI has it."""
    if "file" in block:
        return file_part(block["file"])
    modality = _MODALITIES[block["type"]]
    source = fields(block.get("source")) or block
    mime_type = text(source.get("mime_type")) or text(source.get("media_type"))
    content = text(source.get("base64")) or text(source.get("data"))
    if content is not None:
        return blob_part(modality, content, mime_type)
    if url := text(source.get("url")):
        return addressed_part(modality, url)
    return {"type": "file", "modality": modality, "file_id": text(source.get("file_id") or source.get("id")) or ""}


_READERS: Mapping[str, Callable[[Any], Part]] = {
    "text": _text,
    "reasoning": _reasoning,
    "thinking": _reasoning,
    "image_url": _image_url,
    "input_audio": audio_part,
    **dict.fromkeys(_MODALITIES, _medium),
}
