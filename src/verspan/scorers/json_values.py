"""JSON values compared leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from verspan.errors import InvalidArgumentError

NOTHING = object()
"""Stands for a leaf that is not there."""


class NotJsonError(InvalidArgumentError):
    """A text is no JSON."""


@dataclass(frozen=True)
class LeafPair:
    """The leaves of two values at one place."""

    pointer: str
    """The place as a JSON Pointer (RFC 6901)."""
    expected: Any
    found: Any

    @property
    def same(self) -> bool:
        """Whether the leaves are equal."""
        return _same_leaf(self.expected, self.found)


def leaf_pairs(expected: Any, found: Any) -> Iterator[LeafPair]:
    """Every place where one of two values has a leaf: a scalar, or a mapping or list with nothing in it.

    Where one has a mapping and the other a list or a scalar, the leaves of both are there, and none has its like.
    """
    pending = [("", expected, found)]  # a stack, since JSON may be nested deeper than Python lets functions be
    while pending:
        pointer, first, second = pending.pop()
        ours, theirs = _children(first), _children(second)
        if not ours and not theirs:
            yield LeafPair(pointer, first, second)
        elif _kind(first) is not _kind(second) and first is not NOTHING and second is not NOTHING:
            pending += [(pointer, NOTHING, second), (pointer, first, NOTHING)]
        else:
            pending += [
                (f"{pointer}/{_escaped(key)}", ours.get(key, NOTHING), theirs.get(key, NOTHING))
                for key in reversed({**ours, **theirs})
            ]


def same_value(expected: Any, found: Any) -> bool:
    """Whether two JSON values are equal: ``1`` is ``1.0``, and not ``true``."""
    return all(pair.same for pair in leaf_pairs(expected, found))


def parsed(value: Any) -> Any:
    """What JSON text means; anything but text as it is.

    Raises:
        NotJsonError: the text is no JSON.
    """
    if not isinstance(value, (str, bytes)):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise NotJsonError(f"no JSON: {error}") from error


def _children(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return {str(key): child for key, child in value.items()}
    return {str(index): child for index, child in enumerate(value)} if isinstance(value, (list, tuple)) else {}


def _kind(value: Any) -> type:
    if isinstance(value, Mapping):
        return dict
    return list if isinstance(value, (list, tuple)) else object


def _same_leaf(first: Any, second: Any) -> bool:
    alike = isinstance(first, bool) is isinstance(second, bool) and _kind(first) is _kind(second)
    return alike and (_kind(first) is not object or bool(first == second))


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
