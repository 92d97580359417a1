"""Arguments of which there are few."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from verspan.errors import InvalidArgumentError

_Choice = TypeVar("_Choice", bound=Enum)


def chosen(kind: type[_Choice], value: str, name: str) -> _Choice:
    """What a caller means by a value.

    Args:
        kind: what there is to choose from.
        value: one of their values.
        name: the argument's, for the message.

    Raises:
        InvalidArgumentError: it is none of them.
    """
    try:
        return kind(value)
    except ValueError as error:
        known = ", ".join(str(each.value) for each in kind)
        raise InvalidArgumentError(f"{name}={value!r}: it is one of {known}") from error
