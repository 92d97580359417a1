"""Images, sound and files inside messages: kept whole while small, told by size and digest when large.

A photograph is megabytes of base64 that would be stored again with every turn of its conversation, and nobody reads it
there. What stands in its place is still a part of the conventions' generic shape and still tells two contents apart.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from verspan.instrumentation.messages import Modality, Part
from verspan.instrumentation.stand_ins import SHORTEST, measured, stands_for_content

INLINE_LIMIT = SHORTEST
"""Characters of base64 that a message keeps. Thumbnails and icons fit, photographs and recordings do not."""


def blob_part(modality: Modality, content: str, mime_type: str | None = None) -> Part:
    """Binary content as a part: a blob up to :data:`INLINE_LIMIT` characters, above it a reference.

    The reference is a generic part: ``byte_length`` counts the bytes that the base64 stands for, ``content_sha256`` is
    the digest of the base64 text itself, because decoding takes five times as long as hashing and this runs on the
    caller's thread.

    Args:
        modality: what kind of content it is.
        content: the content in base64, or what stands for it (:mod:`verspan.instrumentation.stand_ins`).
        mime_type: its media type, where it is known.
    """
    part: dict[str, Any] = {"type": "blob", "modality": modality}
    if len(content) <= INLINE_LIMIT and not stands_for_content(content):
        part["content"] = content
    else:
        part["type"] = "blob_reference"
        part["byte_length"], part["content_sha256"] = measured(content)
    if mime_type:
        part["mime_type"] = mime_type
    return part


def data_url_part(modality: Modality, url: str) -> Part:
    """The part for a ``data:`` URL, whose media type it takes over.

    Args:
        modality: what kind of content it is.
        url: the URL, from ``data:`` on.
    """
    header, _, content = url[len("data:") :].partition(",")
    mime_type, *options = header.split(";")
    if "base64" not in options:
        content = base64.b64encode(unquote_to_bytes(content)).decode("ascii")
    return blob_part(modality, content, mime_type)


def join_base64(pieces: Sequence[str]) -> str:
    """One base64 text out of pieces that were each encoded on their own.

    Args:
        pieces: base64 texts in order; padding may stand at the end of any of them.
    """
    if all(len(piece) % 4 == 0 and not piece.endswith("=") for piece in pieces[:-1]):
        return "".join(pieces)
    return base64.b64encode(b"".join(map(base64.b64decode, pieces))).decode("ascii")
