"""Content as JSON within a size cap."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson

MAX_CONTENT_BYTES = 1 << 20
"""Largest JSON of one attribute; a collector's default message limit is 4 MiB, for a whole batch."""

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
_SMALLEST_TEXT = 64


def to_json(value: Any, max_bytes: int = MAX_CONTENT_BYTES) -> bytes:
    """A value as UTF-8 JSON of at most ``max_bytes``.

    Where it would be longer, its texts are cut (each to the same length, and marked with how much is missing) until it
    fits, so that it stays valid JSON. What JSON has no form for is given by its ``repr``.
    """
    text = _dumps(value)
    if len(text) <= max_bytes:
        return text
    limit = max_bytes // 2
    plain = orjson.loads(text)
    while limit >= _SMALLEST_TEXT:
        text = _dumps(_cut(plain, limit))
        if len(text) <= max_bytes:
            return text
        limit //= 2
    return _dumps({"truncated": True, "bytes": len(text)})


def snapshot(value: Any, form: Callable[[Any], Any] = repr) -> bytes:
    """A value as UTF-8 JSON, as it is now and however long.

    Args:
        value: anything.
        form: gives what JSON has no form for in one that it has.
    """
    return _dumps(value, form)


def from_snapshot(document: bytes) -> Any:
    """What was taken as JSON.

    Raises:
        ValueError: it is not whole JSON.
    """
    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:
        return json.loads(document)  # which takes a lone surrogate


def _dumps(value: Any, form: Callable[[Any], Any] = repr) -> bytes:
    try:
        return orjson.dumps(value, default=form, option=_OPTIONS)
    except (TypeError, ValueError):  # a lone surrogate, an integer of more than 64 bits, a cycle
        return _dumps_anything(value, form)


def _dumps_anything(value: Any, form: Callable[[Any], Any]) -> bytes:
    try:
        return json.dumps(value, default=form, skipkeys=True).encode()
    except (TypeError, ValueError, RecursionError):
        return json.dumps(repr(value)).encode()


def _cut(value: Any, limit: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= limit else f"{value[:limit]}… ({len(value) - limit} more characters)"
    if isinstance(value, list):
        return [_cut(item, limit) for item in value]
    if isinstance(value, dict):
        return {key: _cut(item, limit) for key, item in value.items()}
    return value
