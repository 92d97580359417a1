r"""Attribute values as JSON and back, exactly.

JSON has no bytes, tuples, infinities, integers beyond 64 bits or text with lone surrogates, and OpenTelemetry's values
have. Each becomes an object with a single member whose name is a NUL and the kind, such as ``"\0bytes"``; an object of
the user's with a member that begins so is wrapped likewise.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import orjson

_MARK = "\0"
_TOO_DEEP = b'"(nested too deeply to be kept)"'
_INT64 = range(-(2**63), 2**63)
_ALWAYS_AS_IS: frozenset[type] = frozenset({bool, type(None)})
_MOSTLY_AS_IS: frozenset[type] = frozenset({bool, type(None), str, int})


def to_json(value: Any) -> bytes:
    """A value as JSON; a value of a type that OpenTelemetry does not know becomes its ``str``."""
    try:
        return orjson.dumps(_encoded(value, _MOSTLY_AS_IS))
    except (
        TypeError
    ):  # a text or an integer that JSON does not have: rare, so texts and integers are only now looked at
        return _thoroughly_to_json(value)
    except RecursionError:
        return _TOO_DEEP


def _thoroughly_to_json(value: Any) -> bytes:
    try:
        # Unlike orjson, the standard library's writer has no bound on depth of its own.
        return json.dumps(_encoded(value, _ALWAYS_AS_IS)).encode()
    except RecursionError:
        return _TOO_DEEP


def from_json(text: bytes) -> Any:
    """The value that :func:`to_json` was given."""
    value = orjson.loads(text)
    return _decoded(value) if b"\\u0000" in text else value


def _encoded(value: Any, as_is: frozenset[type]) -> Any:
    kind = type(value)
    if kind in as_is:
        return value
    if kind is float:
        return value if math.isfinite(value) else {"\0float": str(value)}
    if kind is dict:
        return _encoded_mapping(value, as_is)
    encoder = _ENCODERS.get(kind)
    return encoder(value, as_is) if encoder else _encoded_other(value, as_is)


def _encoded_mapping(mapping: Mapping[Any, Any], as_is: frozenset[type]) -> dict[str, Any]:
    # One look for the mark in all names together; names that are not text make join fail, and are made text.
    if as_is is _ALWAYS_AS_IS or _MARK in "".join(mapping):
        pairs = [[_encoded(str(key), as_is), _encoded(value, as_is)] for key, value in mapping.items()]
        return {"\0map": pairs}
    return {key: value if type(value) in as_is else _encoded(value, as_is) for key, value in mapping.items()}


def _encoded_text(text: str, _as_is: frozenset[type]) -> Any:
    try:
        text.encode()
    except UnicodeEncodeError:
        return {"\0str": _base64(text.encode("utf-8", "surrogatepass"))}
    return text


def _encoded_other(value: Any, as_is: frozenset[type]) -> Any:
    if isinstance(value, Mapping):
        return _encoded_mapping(dict(value), as_is)
    for kind, plain in _PLAIN_VALUES.items():
        if isinstance(value, kind):
            return _encoded(plain(value), as_is)
    return _encoded(str(value), as_is)


# Enumerations and named tuples are kept as the values that they are.
_PLAIN_VALUES: dict[type, Callable[[Any], Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    list: list,
    tuple: tuple,
    bytearray: bytes,
}


_ENCODERS: dict[type, Callable[[Any, frozenset[type]], Any]] = {
    str: _encoded_text,
    int: lambda value, _: value if value in _INT64 else {"\0int": str(value)},
    bytes: lambda value, _: {"\0bytes": _base64(value)},
    list: lambda value, as_is: [_encoded(item, as_is) for item in value],
    tuple: lambda value, as_is: {"\0tuple": [_encoded(item, as_is) for item in value]},
}


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, content),) = value.items()
        if key.startswith(_MARK):
            return _DECODERS[key](content)
    return {key: _decoded(item) for key, item in value.items()}


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "\0str": lambda content: base64.b64decode(content).decode("utf-8", "surrogatepass"),
    "\0int": int,
    "\0float": float,
    "\0bytes": base64.b64decode,
    "\0tuple": lambda content: tuple(_decoded(item) for item in content),
    "\0map": lambda content: {_decoded(key): _decoded(item) for key, item in content},
}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
