"""What bodies say, as text: for people to read the beginning of, and for a search to find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson


def parsed(text: str) -> Any:
    """What a text means: the value of its JSON, or the text itself."""
    try:
        return orjson.loads(text)
    except ValueError:
        return text


def words_of(value: Any) -> str:
    """The text of a message or a value that a search may find: every text and number in it.

    The types and roles of messages are left out: they would be found everywhere.
    """
    found: list[str] = []
    _gather(value, found)
    return "\n".join(found)


def _gather(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict):
        parts = value.get("parts")
        if "role" in value and isinstance(parts, list):
            _gather_parts(parts, found)
        else:
            _gather_all(value.values(), found)
    elif isinstance(value, (list, tuple)):
        _gather_all(value, found)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        found.append(str(value))
    elif isinstance(value, Mapping):
        _gather(dict(value), found)


def _gather_all(values: Iterable[Any], found: list[str]) -> None:
    for value in values:
        _gather(value, found)


def _gather_parts(parts: Iterable[Any], found: list[str]) -> None:
    for part in parts:
        if isinstance(part, dict):
            for key, item in part.items():
                if key != "type":
                    _gather(item, found)
        else:
            _gather(part, found)


def preview_of(body: bytes, length: int) -> str:
    """The beginning of a body as a person would read it.

    Args:
        body: a message, or an input or output.
        length: how many characters at most.
    """
    text = body.decode("utf-8", "replace")
    value = parsed(text)
    if isinstance(value, Mapping) and len(value) == 1:
        value = next(iter(value.values()))  # a function's only argument says more without its name
    if isinstance(value, str):
        return value[:length]
    if isinstance(value, Mapping) and isinstance(value.get("parts"), list):
        return _message_text(value["parts"])[:length]
    return text[:length]


def _message_text(parts: Sequence[Any]) -> str:
    texts = [part["content"] for part in parts if isinstance(part, Mapping) and isinstance(part.get("content"), str)]
    return "\n".join(texts) if texts else orjson.dumps(list(parts)).decode()
