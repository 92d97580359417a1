"""Content attributes taken apart into bodies, each kept once, and put together again exactly.

An agent sends its whole history with every turn, so a list of messages is taken apart into its messages: as values
where it was given as a list, as slices of the text where it was given as JSON text, whatever blanks its writer puts
between them. Anything else is one body.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(slots=True)
class Body:
    """What is kept once: a message, a value, a text; nobody changes it, see `promoted`."""

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


class Splitter:
    """Takes contents apart; what several of them have in common becomes one body."""

    def __init__(self) -> None:
        self._made: dict[bytes, Body] = {}

    def split(self, name: str, value: Any) -> Content:
        """Take the value of the content attribute of this name apart."""
        if isinstance(value, str):
            return self._text(value, "text", apart=name in _LISTS)
        if isinstance(value, bytes):
            return self._bytes(value, apart=name in _LISTS)
        if isinstance(value, list) and name in _LISTS:
            return Content("list", [self._body(to_json(item), item) for item in value])
        return Content("value", [self._body(to_json(value), value)])

    def _body(self, content: bytes, value: Any) -> Body:
        """The body of a content that means this value."""
        body = self._made.get(content)
        if body is None:
            role = value.get("role") if isinstance(value, dict) else None
            body = self._made[content] = Body(digest_of(content), content, words_of(value), role)
        return body

    def _bytes(self, value: bytes, *, apart: bool) -> Content:
        try:
            return self._text(value.decode(), "bytes", apart=apart)
        except UnicodeDecodeError:
            return Content("bytes", [self._body(value, "")])

    def _text(self, text: str, form: Literal["text", "bytes"], *, apart: bool) -> Content:
        content = text.encode("utf-8", "surrogatepass")
        value = parsed(text)
        if apart and isinstance(value, list):
            found = self._compact(content, value, form) or self._spaced(text, form)
            if found is not None:
                return found
        return Content(form, [self._body(content, value)])

    def _compact(self, content: bytes, values: list[Any], form: Form) -> Content | None:
        """The bodies of an array without blanks, as our own instrumentors write it; None where it is not that."""
        if len(values) == 1 and content.startswith(b"[{") and content.endswith(b"}]"):
            return Content(form, [self._body(content[1:-1], values[0])], "[", ",", "]")
        elements = [orjson.dumps(value) for value in values]
        if b"[" + b",".join(elements) + b"]" != content:
            return None
        return Content(form, list(map(self._body, elements, values)), "[", ",", "]")

    def _spaced(self, text: str, form: Form) -> Content | None:
        """The bodies of any other array whose elements have the same blanks between; None where there are none."""
        try:
            slices = list(_elements(text))
        except (ValueError, RecursionError):
            return None
        starts, ends = [start for start, _, _ in slices], [end for _, end, _ in slices]
        separators = {text[end:start] for end, start in zip(ends, starts[1:], strict=False)}
        if len(separators) > 1:
            return None
        bodies = [self._body(text[start:end].encode("utf-8", "surrogatepass"), value) for start, end, value in slices]
        return Content(form, bodies, text[: starts[0]], "".join(separators), text[ends[-1] :])


def join(form: Form, bodies: Sequence[bytes], head: str = "", separator: str = "", tail: str = "") -> Any:
    """Put an attribute's value together from its bodies; the opposite of :meth:`Splitter.split`."""
    if form == "list":
        return [from_json(body) for body in bodies]
    if form == "value":
        return from_json(bodies[0])
    whole = head.encode() + separator.encode().join(bodies) + tail.encode()
    return whole.decode("utf-8", "surrogatepass") if form == "text" else whole


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
