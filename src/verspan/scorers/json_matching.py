"""Whether an answer is the JSON that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from verspan.assessments.model import Feedback
from verspan.errors import InvalidArgumentError
from verspan.scorers.built_in import OfExpectation, OfOutputs
from verspan.scorers.installed import needed
from verspan.scorers.json_values import NOTHING, LeafPair, NotJsonError, leaf_pairs, parsed
from verspan.scorers.model import Answer

_SHOWN = 5
_LONGEST = 80


@dataclass(frozen=True, kw_only=True)
class JsonSchema(OfOutputs):
    """Whether the answer is valid by a JSON Schema: a boolean, higher is better. The rationale says what is not.

    The package ``jsonschema`` decides, by the draft that the schema's ``$schema`` names, otherwise 2020-12. A text is
    read as JSON first, and one that is none is not valid. A schema is complete: what it refers to outside is not
    fetched.

    Raises:
        MissingPackageError: at the first answer, if ``jsonschema`` is not installed.
    """

    name: str = "json_schema"
    schema: Mapping[str, Any] | None = None
    """The schema of every answer; where there is none, the expectation says it."""
    expectation: str = "json_schema"
    """The expectation's name; rows without it are not judged."""

    def judge(self, answer: Answer) -> Feedback | None:
        """Whether it is valid."""
        schema = answer.expectations.get(self.expectation) if self.schema is None else self.schema
        if schema is None:
            return None
        try:
            value = parsed(self.looked_at(answer))
        except NotJsonError as error:
            return Feedback(value=False, rationale=str(error))
        wrong = list(islice(self._errors(schema, value), _SHOWN))
        return Feedback(value=not wrong, rationale="; ".join(wrong) or None)

    def _errors(self, schema: Any, value: Any) -> Iterator[str]:
        validators = needed("jsonschema.validators", "JsonSchema")
        made = validators.validator_for(schema, default=validators.Draft202012Validator)
        try:
            made.check_schema(schema)
        except needed("jsonschema", "JsonSchema").SchemaError as error:
            raise InvalidArgumentError(f"{self.name}: the schema is none: {error.message}") from error
        registry = needed("referencing", "JsonSchema").Registry()  # the default one fetches over the network
        return (
            f"{found.json_path}: {_short(found.message)}"
            for found in made(schema, registry=registry).iter_errors(value)
        )


@dataclass(frozen=True, kw_only=True)
class JsonDiff(OfExpectation):
    """Which share of the leaves of the expected JSON and of the answer is in both: 0 to 1, higher is better.

    A leaf is a scalar, or a mapping or list with nothing in it, at its place; lists are compared by index. The score is
    the leaves that are equal at their place over all places where one of the two has a leaf, which is Jaccard's index
    of the two sets of leaves, but that a place with two different leaves counts once. Texts are read as JSON, and an
    answer that is none has 0. The rationale lists what differs, by JSON Pointer (RFC 6901).
    """

    name: str = "json_diff"

    def against(self, expected: Any, output: Any) -> Feedback:
        """The share, with what differs."""
        try:
            found = parsed(output)
        except NotJsonError as error:
            return Feedback(value=0.0, rationale=str(error))
        pairs = list(leaf_pairs(parsed(expected), found))
        different = [pair for pair in pairs if not pair.same]
        said = "; ".join(map(_told, different[:_SHOWN])) + ("; …" if len(different) > _SHOWN else "")
        return Feedback(value=(len(pairs) - len(different)) / len(pairs), rationale=said or None)


def _told(pair: LeafPair) -> str:
    expected, found = ("nothing" if side is NOTHING else _short(repr(side)) for side in (pair.expected, pair.found))
    return f"{pair.pointer or 'the whole'}: expected {expected}, got {found}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
