"""Parts of a message's content, in the shapes that several endpoints of the API have for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.fields import field, fields, text
from verspan.instrumentation.media import blob_part, data_url_part
from verspan.instrumentation.messages import Part
from verspan.instrumentation.parts import addressed_part

_AUDIO_TYPES = {"mp3": "audio/mpeg"}


def text_part(part: Mapping[str, Any]) -> Part:
    """Something written."""
    return {"type": "text", "content": text(part.get("text")) or ""}


def refusal_part(part: Mapping[str, Any]) -> Part:
    """A model declining."""
    return {"type": "refusal", "content": text(part.get("refusal")) or ""}


def audio_part(part: Mapping[str, Any]) -> Part:
    """Sound inside a request."""
    audio = fields(part.get("input_audio"))
    kind = text(audio.get("format"))
    mime_type = _AUDIO_TYPES.get(kind, f"audio/{kind}") if kind else None
    return blob_part("audio", text(audio.get("data")) or "", mime_type)


def file_part(file: Any) -> Part:
    """A file: its content, its address, or the id under which the provider holds it."""
    content, url = text(field(file, "file_data")), text(field(file, "file_url"))
    if url is not None:
        return addressed_part("document", url)
    if content is None:
        return {"type": "file", "modality": "document", "file_id": text(field(file, "file_id")) or ""}
    read = data_url_part("document", content) if content.startswith("data:") else blob_part("document", content)
    name = field(file, "filename")
    return {**read, "filename": name} if name else read
