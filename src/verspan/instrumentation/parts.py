"""Messages, their parts and tools, built from what many APIs have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verspan.instrumentation.fields import text
from verspan.instrumentation.media import data_url_part
from verspan.instrumentation.messages import Message, Modality, Part, ToolDefinition


def addressed_part(modality: Modality, url: str) -> Part:
    """Content at an address, which may be a ``data:`` URL and hold it."""
    if url.startswith("data:"):
        return data_url_part(modality, url)
    return {"type": "uri", "modality": modality, "uri": url}


def spoken(role: str, *said: str) -> list[Message]:
    """Texts as the only message of somebody; no message where there are none."""
    parts = text_parts(said)
    return [{"role": role, "parts": parts}] if parts else []


def text_parts(said: Sequence[str]) -> list[Part]:
    """Texts as parts of a message."""
    return [{"type": "text", "content": one} for one in said if one]


def definition(kind: str, tool: Mapping[str, Any]) -> ToolDefinition:
    """A tool that is offered.

    Args:
        kind: its type, and its name where it has none.
        tool: the object that describes it.
    """
    read: ToolDefinition = {"type": kind, "name": text(tool.get("name")) or kind}
    if description := text(tool.get("description")):
        read["description"] = description
    if parameters := tool.get("parameters"):
        read["parameters"] = parameters
    return read
