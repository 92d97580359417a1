"""Where in an answer a metric finds what it is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from verspan.errors import InvalidArgumentError
from verspan.scorers.built_in import as_text
from verspan.scorers.model import Answer

_PARTS: Final = ("inputs", "outputs", "expectations")
EXPECTED: Final = "expectations.expected_response"


@dataclass(frozen=True)
class Fields:
    """What a metric is given, by its names for it, each with its place: ``outputs``, ``inputs.question`` and so on."""

    places: Mapping[str, str]
    texts: Collection[str] = ()
    """Those that are given as texts, whatever they are: a single input as itself, several as JSON."""

    def with_given(self, given: Mapping[str, str] | None) -> Fields:
        """These, and those of a user's, which are given as they are.

        Raises:
            InvalidArgumentError: a place is none.
        """
        for name, place in (given or {}).items():
            if place.partition(".")[0] not in _PARTS:
                raise InvalidArgumentError(
                    f"fields says that {name!r} is at {place!r}, and a place is or begins with {', '.join(_PARTS)}"
                )
        return Fields({**self.places, **(given or {})}, {*self.texts} - {*(given or {})})

    def values(self, answer: Answer, needed: Collection[str]) -> dict[str, Any] | None:
        """What an answer has of them; None where something is needed that the row expects nothing of.

        Args:
            answer: what is to be judged.
            needed: names without which the metric judges nothing.
        """
        found = {name: self._value(answer, name, place) for name, place in self.places.items()}
        there = {name: value for name, value in found.items() if value is not None}
        unexpected = [name for name in needed if self.places.get(name, "").startswith("expectations")]
        return there if there.keys() >= {*unexpected} else None

    def _value(self, answer: Answer, name: str, place: str) -> Any:
        part, *path = place.split(".")
        value = getattr(answer, part)
        for member in path:
            value = value.get(member) if isinstance(value, Mapping) else None
        if name not in self.texts or value is None:
            return value
        return as_text(next(iter(value.values())) if place == "inputs" and len(value) == 1 else value)
