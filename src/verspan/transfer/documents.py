"""Frozen dataclasses of records as JSON documents and back, checked field by field against their types.

A document has the fields of the dataclass by their own names. ``bytes`` are kept apart, each content once, and stand in
the document as their SHA-256. A field that a document does not have takes its default, so that what an older Verspan
wrote can be read; one that the dataclass does not have is refused.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

Record = TypeVar("Record")
KeepContent = Callable[[bytes], str]
"""Keeps a content apart and returns its SHA-256."""
GetContent = Callable[[str], bytes]
"""The content with a SHA-256."""
_SHA256 = "sha256"


def document_of(value: Any, keep: KeepContent) -> Any:
    """A value as it stands in JSON."""
    if is_dataclass(value):
        return {field.name: _member(value, field.name, keep) for field in fields(value)}
    if isinstance(value, bytes):
        return {_SHA256: keep(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: document_of(item, keep) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [document_of(item, keep) for item in value]
    return value


def _member(record: Any, name: str, keep: KeepContent) -> Any:
    kind: type = type(record)
    value = getattr(record, name)
    # What may be anything is read as it stands, so it is written so: JSON as the store has it tells lists from tuples.
    return value if _hints(kind)[name] is Any else document_of(value, keep)


def record_from(kind: type[Record], document: Any, content: GetContent) -> Record:
    """The record that a document was made of.

    Args:
        kind: a dataclass.
        document: what was in the JSON.
        content: gives the contents that are kept apart.

    Raises:
        ValueError: the document is none of such a record; the message names the field.
    """
    record: Record = _Reader(content).read(kind, document, kind.__name__)
    return record


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


class _Reader:
    """Makes values of their types out of a document."""

    def __init__(self, content: GetContent) -> None:
        self._content = content

    def read(self, kind: Any, value: Any, where: str) -> Any:
        """The value of a type; ``where`` names it in errors."""
        origin = get_origin(kind)
        if kind is Any:
            return value
        if is_dataclass(kind):
            return self._read_dataclass(kind, value, where)
        if origin in (Union, types.UnionType):
            return self._read_union(get_args(kind), value, where)
        if origin is Literal:
            return _checked(value, where, fits=value in get_args(kind))
        if origin is not None:
            return self._read_container(origin, get_args(kind), value, where)
        return self._read_plain(kind, value, where)

    def _read_dataclass(self, kind: Any, value: Any, where: str) -> Any:
        declared = {field.name: field for field in fields(kind)}
        _checked(value, where, fits=isinstance(value, dict) and value.keys() <= declared.keys())
        for name, field in declared.items():
            optional = field.default is not MISSING or field.default_factory is not MISSING
            _checked(value, f"{where}.{name}", fits=name in value or optional)
        hints = _hints(kind)
        return kind(**{name: self.read(hints[name], item, f"{where}.{name}") for name, item in value.items()})

    def _read_union(self, kinds: Sequence[Any], value: Any, where: str) -> Any:
        if value is None and type(None) in kinds:
            return None
        fitting = [kind for kind in kinds if kind is not type(None) and self._fits(kind, value)]
        _checked(value, where, fits=bool(fitting))
        return self.read(fitting[0], value, where)

    def _fits(self, kind: Any, value: Any) -> bool:
        """Whether the JSON of a value is of the kind that a type is written as; several types of one are no union."""
        if get_origin(kind) is Literal:
            return value in get_args(kind)
        container = get_origin(kind)
        if is_dataclass(kind) or kind is bytes or (container and issubclass(container, Mapping)):
            return isinstance(value, dict)
        return isinstance(value, list) if container else not isinstance(value, dict | list)

    def _read_container(self, origin: Any, arguments: Sequence[Any], value: Any, where: str) -> Any:
        if issubclass(origin, Mapping):
            _checked(value, where, fits=isinstance(value, dict))
            return {
                self.read(arguments[0], key, where): self.read(arguments[1], item, f"{where}.{key}")
                for key, item in value.items()
            }
        _checked(value, where, fits=isinstance(value, list))
        return tuple(self.read(arguments[0], item, where) for item in value)

    def _read_plain(self, kind: Any, value: Any, where: str) -> Any:
        if kind is bytes:
            _checked(value, where, fits=isinstance(value, dict) and isinstance(value.get(_SHA256), str))
            return self._content(value[_SHA256])
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(_checked(value, where, fits=value in [member.value for member in kind]))
        if kind is float and type(value) is int:
            return float(value)
        return _checked(value, where, fits=type(value) is kind)


def _checked(value: Any, where: str, *, fits: bool) -> Any:
    if not fits:
        raise ValueError(f"{where} is not what it has to be")
    return value
