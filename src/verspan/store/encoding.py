"""Attribute values as JSON and back, exactly.

JSON has no bytes, tuples, infinities, integers beyond 64 bits or text with lone surrogates, and OpenTelemetry's values
have. Each becomes an object with the single member ``"\\x00<kind>"``; an object of the user's that looks like one is
wrapped likewise.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

import orjson

_MARK = "\x00"
_INT64 = range(-(2**63), 2**63)
_PLAIN = frozenset({bool, type(None)})


def to_json(value: Any) -> bytes:
    """A value as JSON; a value of a type that OpenTelemetry does not know becomes its ``str``."""
    return orjson.dumps(_encoded(value))


def from_json(text: bytes) -> Any:
    """The value that :func:`to_json` was given."""
    value = orjson.loads(text)
    return _decoded(value) if b"\\u0000" in text else value


def _encoded(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value if _is_unicode(value) else {"\x00str": _base64(value.encode("utf-8", "surrogatepass"))}
    if kind is int:
        return value if value in _INT64 else {"\x00int": str(value)}
    if kind is float:
        return value if math.isfinite(value) else {"\x00float": str(value)}
    if kind in _PLAIN:
        return value
    if kind is list:
        return [_encoded(item) for item in value]
    if kind is tuple:
        return {"\x00tuple": [_encoded(item) for item in value]}
    return _encoded_other(value)


def _encoded_other(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _encoded_mapping(value)
    if isinstance(value, (bytes, bytearray)):
        return {"\x00bytes": _base64(value)}
    for kind in (str, int, float, list, tuple):
        if isinstance(value, kind):  # an enumeration, a named tuple: kept as what it stands for
            return _encoded(kind(value))
    return _encoded(str(value))


def _encoded_mapping(mapping: Mapping[Any, Any]) -> dict[str, Any]:
    keys = [key if type(key) is str else str(key) for key in mapping]
    if all(_is_unicode(key) and not key.startswith(_MARK) for key in keys):
        return {key: _encoded(value) for key, value in zip(keys, mapping.values(), strict=True)}
    return {"\x00map": [[_encoded(key), _encoded(value)] for key, value in zip(keys, mapping.values(), strict=True)]}


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, content),) = value.items()
        if key.startswith(_MARK):
            return _restored(key[1:], content)
    return {key: _decoded(item) for key, item in value.items()}


def _restored(kind: str, content: Any) -> Any:
    if kind == "tuple":
        return tuple(_decoded(item) for item in content)
    if kind == "map":
        return {_decoded(key): _decoded(item) for key, item in content}
    if kind == "bytes":
        return base64.b64decode(content)
    if kind == "str":
        return base64.b64decode(content).decode("utf-8", "surrogatepass")
    return int(content) if kind == "int" else float(content)


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _base64(content: bytes | bytearray) -> str:
    return base64.b64encode(content).decode()
