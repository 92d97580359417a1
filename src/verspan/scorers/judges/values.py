"""What a judge may answer with, as a JSON schema that its model is given and as a check of what comes back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from verspan.errors import InvalidArgumentError

_JSON_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}
_IN_WORDS: Mapping[type, str] = {bool: "true or false", int: "an integer", float: "a number", str: "a short text"}


class InvalidJudgementError(ValueError):
    """What a model gave is no judgement; the message says what is wrong with it."""


@dataclass(frozen=True)
class ValueType:
    """The values that a judge may find: those of a type, or some of them."""

    of: type
    choices: tuple[Any, ...] = ()
    """The only ones; any of the type where it is empty."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """It, as JSON schemas say it."""
        described: dict[str, Any] = {"type": _JSON_TYPES[self.of]}
        return {**described, "enum": list(self.choices)} if self.choices else described

    @property
    def in_words(self) -> str:
        """It, as a prompt says it."""
        return "one of " + ", ".join(map(repr, self.choices)) if self.choices else _IN_WORDS[self.of]

    def checked(self, value: Any) -> Any:
        """A value that is of it.

        Raises:
            InvalidJudgementError: it is not.
        """
        if self.of is float and type(value) is int:
            value = float(value)
        finite = not isinstance(value, float) or math.isfinite(value)
        if type(value) is not self.of or not finite or (self.choices and value not in self.choices):
            raise InvalidJudgementError(f"its value is {value!r:.60} and not {self.in_words}")
        return value


def value_type_of(annotation: Any) -> ValueType:
    """The values that a type stands for: ``bool``, ``int``, ``float``, ``str``, or a ``Literal`` of one of them.

    Raises:
        InvalidArgumentError: it is none of these.
    """
    if annotation in _JSON_TYPES:
        return ValueType(annotation)
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    kinds = {type(choice) for choice in choices}
    if len(kinds) != 1 or not kinds <= set(_JSON_TYPES):
        raise InvalidArgumentError(
            f"feedback_value_type={annotation!r}: it is bool, int, float, str or a Literal of values of one of these"
        )
    return ValueType(kinds.pop(), choices)
