"""Megabytes of base64 told by their length and digest before they are written down anywhere.

A photograph in a request is looked at once, for its digest. Without that it would be written with the request, kept
until the call is over, and read and written again to be left out at last.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

SHORTEST = 4096
"""Characters of base64 that are kept as they are: thumbnails and icons, as a message keeps them."""
_STAND_IN = re.compile(r"\[(\d+) bytes in base64, sha256 ([0-9a-f]{64})\]")
_HEADER = re.compile(r"data:[^,]{0,200};base64,")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+")
_MIXED = tuple(map(re.compile, ("[A-Z]", "[a-z]", "[0-9]")))
_LARGE = 1 << 18  # characters, from which on it is felt to write a text down and leave it out afterwards
_MOST_TEXTS = 10_000
_PIECE = 1 << 16  # characters
_SAYING = ("messages", "input")
_LOOKED_AT = 1024  # characters, at the beginning


class StandIn(NamedTuple):
    """What is told of content."""

    byte_length: int
    """Of what the base64 stands for."""
    sha256: str
    """Of the base64 itself, because decoding takes five times as long as hashing."""

    def __str__(self) -> str:
        return f"[{self.byte_length} bytes in base64, sha256 {self.sha256}]"


def measured(content: str, start: int = 0) -> StandIn:
    """Length and digest of content in base64, or those that a text tells that stands for it.

    Args:
        content: the content, or what stands for it.
        start: where it begins in the text.
    """
    told = _STAND_IN.fullmatch(content) if content.startswith("[") else None
    if told is not None:
        return StandIn(int(told[1]), told[2])
    digest = hashlib.sha256()
    for at in range(start, len(content), _PIECE):  # megabytes need not be copied for it
        digest.update(content[at : at + _PIECE].encode("utf-8", "replace"))
    return StandIn(_decoded_length(len(content) - start, content[-2:].count("=")), digest.hexdigest())


def _decoded_length(length: int, padding: int) -> int:
    return length * 3 // 4 - padding


def stands_for_content(content: str) -> bool:
    """Whether a text stands for content in base64 rather than being it."""
    return content.startswith("[") and _STAND_IN.fullmatch(content) is not None


def says_much(body: Mapping[str, Any]) -> bool:
    """Whether a request has large content where requests have it: in the parts of a message.

    It is asked of every request, and looks at nothing but the lengths of such parts' texts.

    Args:
        body: the request's JSON object.
    """
    for name in _SAYING:
        said = body.get(name)
        for message in said if type(said) is list else ():
            content = message.get("content") if type(message) is dict else None
            if type(content) is list and any(map(_is_large, content)):
                return True
    return False


def _is_large(part: Any) -> bool:
    for found in part.values() if type(part) is dict else ():
        if len(found) > _LARGE if type(found) is str else _is_large(found):
            return True
    return False


def lightened(value: Any, form: Callable[[Any], Any]) -> Any:
    """A value with a text in the place of each large content in base64; the value itself is not changed.

    Args:
        value: anything that can be written as JSON.
        form: gives what JSON has no form for in one that it has.
    """
    if isinstance(value, str):
        return value if len(value) <= SHORTEST else _lighter(value)
    if isinstance(value, dict):
        return {name: lightened(found, form) for name, found in value.items()}
    if isinstance(value, (list, tuple)):
        return [lightened(found, form) for found in value]
    if form is repr or not hasattr(value, "__dict__"):
        return value
    found = form(value)
    return lightened(found, form) if isinstance(found, (dict, list)) else value


def lightened_document(document: bytes) -> bytes:
    """JSON with a text in the place of each large content in base64, found without reading the JSON.

    Content is what stands between two quotation marks that are far apart and begins as base64 does; a document of many
    short texts is given up, since it holds little of that.
    """
    pieces, kept_to, quote = [], 0, document.find(b'"')
    for _ in range(_MOST_TEXTS):
        following = document.find(b'"', quote + 1)
        if quote < 0 or following < 0:
            break
        if following - quote > SHORTEST and (told := _content_between(document, quote + 1, following)):
            pieces += [document[kept_to : quote + 1], told]
            kept_to = following
        quote = following
    return b"".join((*pieces, document[kept_to:])) if pieces else document


def _content_between(document: bytes, start: int, end: int) -> bytes | None:
    """What stands for the content between two places of a document; None where it is something else."""
    beginning = document[start : start + _LOOKED_AT].decode("ascii", "replace")
    header = _HEADER.match(beginning)
    begin = start + (header.end() if header else 0)
    if document[end - 1 : end] == b"\\" or not (header or _is_base64(beginning)):
        return None
    digest = hashlib.sha256(memoryview(document)[begin:end]).hexdigest()
    told = StandIn(_decoded_length(end - begin, document[end - 2 : end].count(b"=")), digest)
    return document[start:begin] + str(told).encode()


def _lighter(text: str) -> str:
    header = _HEADER.match(text)
    if header is None and not _is_base64(text[:_LOOKED_AT]):
        return text
    start = header.end() if header else 0
    told = measured(text, start)
    return f"{text[:start]}{told}"


def _is_base64(beginning: str) -> bool:
    return bool(_BASE64.fullmatch(beginning)) and all(kind.search(beginning) for kind in _MIXED)
