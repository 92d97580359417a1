"""Values of variables: whether they are of a type, and how they are written into a template."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from verspan.errors import InvalidArgumentError
from verspan.prompts.model import PromptVariable, VariableType

_FITS: Final[Mapping[VariableType, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
    "any": lambda _: True,
}


def fits(value: object, kind: VariableType) -> bool:
    """Whether a value is of a type."""
    return _FITS[kind](value)


def written(value: object, variable: PromptVariable) -> str:
    """A value as it stands in a text.

    A text is written as it is. Values of other declared types are written as JSON, those of none by ``str()``.

    Args:
        value: one that fits the variable's type.
        variable: what it is for.

    Raises:
        InvalidArgumentError: JSON cannot express it.
    """
    if variable.type in ("string", "any"):
        return str(value)
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgumentError(f"the value of {variable.name!r} cannot be written as JSON: {error}") from error
