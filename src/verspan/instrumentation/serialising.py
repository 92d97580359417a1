"""Content as JSON: redacted, and within a size cap."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson

from verspan.instrumentation.stand_ins import lightened
from verspan.redaction.active import active_redactor

MAX_CONTENT_BYTES = 1 << 20
"""Largest JSON of one attribute; a collector's default message limit is 4 MiB, for a whole batch."""

_OTEL_LIMITS = ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT")
_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
_SMALLEST_TEXT = 64


@cache  # the SDK reads it once as well
def content_cap() -> int:
    """How many bytes one attribute's content may have: ``MAX_CONTENT_BYTES``, or OpenTelemetry's limit if it is less.

    OpenTelemetry counts characters, of which there are never more than bytes.
    """
    limit = next(filter(None, (os.environ.get(name, "").strip() for name in _OTEL_LIMITS)), "")
    return min(MAX_CONTENT_BYTES, int(limit)) if limit.isdecimal() else MAX_CONTENT_BYTES


def to_json(value: Any, max_bytes: int | None = None) -> bytes:
    """A value as redacted UTF-8 JSON of at most ``max_bytes``, or :func:`content_cap` where that is None.

    Where it would be longer, its texts are cut (each to the same length, and marked with how much is missing) until it
    fits, so that it stays valid JSON. They are redacted before, since half a key is no longer seen to be one. What JSON
    has no form for is given by its ``repr``.
    """
    text = snapshot(value)
    redactor = active_redactor()
    if redactor is not None:
        text = redactor.json(text)
    most = content_cap() if max_bytes is None else max_bytes
    return text if len(text) <= most else _shortened(text, most)


def cut_text(text: str) -> str:
    """A text of at most :func:`content_cap` characters."""
    cap = content_cap()
    return text if len(text) <= cap else type(text)(text[:cap])  # one that is marked as redacted stays so


def snapshot(value: Any, form: Callable[[Any], Any] = repr) -> bytes:
    """A value as UTF-8 JSON, as it is now and however long; where it is long, without large content in base64.

    Args:
        value: anything.
        form: gives what JSON has no form for in one that it has.
    """
    try:
        document = orjson.dumps(value, default=form, option=_OPTIONS)
        if len(document) <= MAX_CONTENT_BYTES:
            return document
        return orjson.dumps(lightened(value, form), default=form, option=_OPTIONS)
    except (TypeError, ValueError):  # a lone surrogate, an integer of more than 64 bits, a cycle
        return _dumps_anything(value, form)


def from_snapshot(document: bytes) -> Any:
    """What was taken as JSON.

    Raises:
        ValueError: it is not whole JSON.
    """
    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:
        return json.loads(document)  # which takes a lone surrogate


def _dumps_anything(value: Any, form: Callable[[Any], Any]) -> bytes:
    try:
        return json.dumps(value, default=form, skipkeys=True).encode()
    except (TypeError, ValueError, RecursionError):
        return json.dumps(repr(value)).encode()


def _shortened(text: bytes, most: int) -> bytes:
    plain, size = from_snapshot(text), len(text)
    limit = most // 2
    while limit >= _SMALLEST_TEXT:
        text = snapshot(_cut(plain, limit))
        if len(text) <= most:
            return text
        limit //= 2
    told = snapshot({"truncated": True, "bytes": size})
    return told if len(told) <= most else b'""'


def _cut(value: Any, limit: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= limit else f"{value[:limit]}… ({len(value) - limit} more characters)"
    if isinstance(value, list):
        return [_cut(item, limit) for item in value]
    if isinstance(value, dict):
        return {key: _cut(item, limit) for key, item in value.items()}
    return value
