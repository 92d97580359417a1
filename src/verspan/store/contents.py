"""Content attributes taken apart into bodies, each kept once, and put together again exactly.

An agent sends its whole history with every turn, so a list of messages is taken apart into its messages: as values
where it was given as a list, as slices of the text where it was given as JSON text, whatever blanks its writer puts
between them. Anything else is one body.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import orjson

from verspan.semconv import (
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_OUTPUT_MESSAGES,
    GEN_AI_SYSTEM_INSTRUCTIONS,
    GEN_AI_TOOL_DEFINITIONS,
)
from verspan.store.encoding import from_json, to_json
from verspan.store.keys import digest_of
from verspan.store.texts import parsed, words_of

Form = Literal["value", "list", "text", "bytes"]
_LISTS = frozenset({GEN_AI_INPUT_MESSAGES, GEN_AI_OUTPUT_MESSAGES, GEN_AI_SYSTEM_INSTRUCTIONS, GEN_AI_TOOL_DEFINITIONS})
_raw_decode = json.JSONDecoder().raw_decode
_BLANKS = " \t\n\r"


class Body(NamedTuple):
    """What is kept once: a message, a value, a text."""

    digest: bytes
    """What it is known by."""
    content: bytes
    """What is kept."""
    words: str
    """What a search may find it by."""
    role: str | None
    """Whose message it is, where it is one."""


class Content(NamedTuple):
    """A content attribute taken apart."""

    form: Form
    bodies: Sequence[Body]
    head: str = ""
    """The text before the first body; the next two stand between bodies and after the last."""
    separator: str = ""
    tail: str = ""


def body_of(content: bytes, value: Any) -> Body:
    """The body of a content that means this value."""
    role = value.get("role") if isinstance(value, dict) else None
    return Body(digest_of(content), content, words_of(value), role)


def split(name: str, value: Any) -> Content:
    """Take the value of the content attribute of this name apart."""
    if isinstance(value, str):
        return _split_text(value, "text", apart=name in _LISTS)
    if isinstance(value, bytes):
        return _split_bytes(value, apart=name in _LISTS)
    if isinstance(value, list) and name in _LISTS:
        return Content("list", [body_of(to_json(item), item) for item in value])
    return Content("value", [body_of(to_json(value), value)])


def join(form: Form, bodies: Sequence[bytes], head: str = "", separator: str = "", tail: str = "") -> Any:
    """Put an attribute's value together from its bodies; the opposite of :func:`split`."""
    if form == "list":
        return [from_json(body) for body in bodies]
    if form == "value":
        return from_json(bodies[0])
    whole = head.encode() + separator.encode().join(bodies) + tail.encode()
    return whole.decode("utf-8", "surrogatepass") if form == "text" else whole


def _split_bytes(value: bytes, *, apart: bool) -> Content:
    try:
        return _split_text(value.decode(), "bytes", apart=apart)
    except UnicodeDecodeError:
        return Content("bytes", [body_of(value, "")])


def _split_text(text: str, form: Literal["text", "bytes"], *, apart: bool) -> Content:
    content = text.encode("utf-8", "surrogatepass")
    value = parsed(text)
    if apart and isinstance(value, list):
        found = _split_compact(content, value, form) or _split_spaced(text, form)
        if found is not None:
            return found
    return Content(form, [body_of(content, value)])


def _split_compact(content: bytes, values: list[Any], form: Form) -> Content | None:
    """The bodies of an array without blanks, as our own instrumentors write it; None where it is not that."""
    elements = [orjson.dumps(value) for value in values]
    if b"[" + b",".join(elements) + b"]" != content:
        return None
    return Content(form, list(map(body_of, elements, values)), "[", ",", "]")


def _split_spaced(text: str, form: Form) -> Content | None:
    """The bodies of any other array whose elements have the same blanks between them; None where there are none."""
    try:
        slices = list(_elements(text))
    except (ValueError, RecursionError):
        return None
    starts, ends = [start for start, _, _ in slices], [end for _, end, _ in slices]
    separators = {text[end:start] for end, start in zip(ends, starts[1:], strict=False)}
    if len(separators) > 1:
        return None
    bodies = [body_of(text[start:end].encode("utf-8", "surrogatepass"), value) for start, end, value in slices]
    return Content(form, bodies, text[: starts[0]], "".join(separators), text[ends[-1] :])


def _elements(text: str) -> Iterator[tuple[int, int, Any]]:
    """Start, end and value of each element of a JSON array."""
    position = _skip_blanks(text, text.index("[") + 1)
    while True:
        value, end = _raw_decode(text, position)
        yield position, end, value
        position = _skip_blanks(text, end)
        if text[position : position + 1] != ",":
            return
        position = _skip_blanks(text, position + 1)


def _skip_blanks(text: str, position: int) -> int:
    while text[position : position + 1] in _BLANKS and position < len(text):
        position += 1
    return position
