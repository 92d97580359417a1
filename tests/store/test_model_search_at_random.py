"""Random filters over random versions: what SQL finds is what Python finds, and no text brings the search down."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verspan.errors import InvalidArgumentError
from verspan.store.conformance.records import model
from verspan.store.interface import Store
from verspan.versions.model import LoggedModel, ModelMetric
from verspan.versions.search.grammar import parse_filter
from verspan.versions.search.model import And, Comparison, Expression, Field, FieldKind, ModelSearch, Not, Operator, Or

VERSIONS, FILTERS, GARBAGE = 60, 300, 3_000
LETTERS = "aAb%_*[]?'\\é"
NUMBERS = (-1.0, 0.0, 0.5, 2.0)
TEXT_FIELDS = (
    Field(FieldKind.ATTRIBUTE, "name"),
    Field(FieldKind.ATTRIBUTE, "note"),
    Field(FieldKind.ATTRIBUTE, "experiment_name"),
    Field(FieldKind.PARAM, "p"),
    Field(FieldKind.TAG, "t t"),
)
NUMBER_FIELDS = (Field(FieldKind.METRIC, "q"), Field(FieldKind.ATTRIBUTE, "creation_timestamp"))


def _like(text: str, pattern: str) -> bool:
    parts = {"%": ".*", "_": "."}
    expression = "".join(parts.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


COMPARE: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: lambda one, other: one == other,
    Operator.UNEQUAL: lambda one, other: one != other,
    Operator.LESS: lambda one, other: one < other,
    Operator.AT_MOST: lambda one, other: one <= other,
    Operator.GREATER: lambda one, other: one > other,
    Operator.AT_LEAST: lambda one, other: one >= other,
    Operator.LIKE: _like,
    Operator.ILIKE: lambda text, pattern: _like(text.lower(), pattern.lower()),
    Operator.IN: lambda text, texts: text in texts,
    Operator.NOT_IN: lambda text, texts: text not in texts,
}
NUMERIC = [operator for operator in COMPARE if operator.value in ("=", "!=", "<", "<=", ">", ">=")]
TEXTUAL = [operator for operator in COMPARE if operator.value in ("=", "!=", "LIKE", "ILIKE", "IN", "NOT IN")]


def is_true(expression: Expression, version: LoggedModel) -> bool:
    """Whether a filter is true of a version."""
    if isinstance(expression, And):
        return all(is_true(part, version) for part in expression.parts)
    if isinstance(expression, Or):
        return any(is_true(part, version) for part in expression.parts)
    if isinstance(expression, Not):
        return not is_true(expression.part, version)
    value = _value(expression.field, version)
    return value is not None and COMPARE[expression.operator](value, expression.value)


def _value(field: Field, version: LoggedModel) -> Any:
    if field.kind is FieldKind.ATTRIBUTE:
        return getattr(version, field.name)
    if field.kind is FieldKind.METRIC:
        return version.metrics[-1].value if version.metrics else None
    return (version.params if field.kind is FieldKind.PARAM else version.tags).get(field.name)


class Chance:
    """Versions and filters at random, the same in every run."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same in every run

    def text(self) -> str:
        """A short text of the letters that patterns are made of."""
        return "".join(self.random.choices(LETTERS, k=self.random.randrange(1, 4)))

    def version(self, number: int) -> LoggedModel:
        """A version that has some of the fields."""
        return model(
            f"{self.text()}{number}",
            experiment=self.random.choice(["one", "Two"]),
            creation_timestamp=self.random.randrange(3),
            note=self.random.choice([None, self.text()]),
            params=self.random.choice([{}, {"p": self.text()}]),
            tags=self.random.choice([{}, {"t t": self.text()}]),
            metrics=self.random.choice([(), (ModelMetric("q", self.random.choice(NUMBERS), 1),)]),
        )

    def expression(self, depth: int) -> Expression:
        """A filter's tree."""
        kind = self.random.choice(["comparison", "comparison", "and", "or", "not"]) if depth else "comparison"
        if kind == "comparison":
            return self.comparison()
        if kind == "not":
            return Not(self.expression(depth - 1))
        parts = tuple(self.expression(depth - 1) for _ in range(self.random.randrange(2, 4)))
        return And(parts) if kind == "and" else Or(parts)

    def comparison(self) -> Comparison:
        """A comparison of a field that versions may have."""
        if self.random.random() < 0.3:
            return Comparison(
                self.random.choice(NUMBER_FIELDS), self.random.choice(NUMERIC), self.random.choice(NUMBERS)
            )
        operator = self.random.choice(TEXTUAL)
        several = operator in (Operator.IN, Operator.NOT_IN)
        value = tuple(self.text() for _ in range(3)) if several else self.text()
        return Comparison(self.random.choice(TEXT_FIELDS), operator, value)


def written(expression: Expression) -> str:
    """A tree as somebody would write it."""
    if isinstance(expression, Not):
        return f"NOT ({written(expression.part)})"
    if isinstance(expression, Comparison):
        field = expression.field
        return f"{field.kind.value}.`{field.name}` {expression.operator.value} {_quoted(expression.value)}"
    word = " AND " if isinstance(expression, And) else " or "
    return word.join(f"({written(part)})" for part in expression.parts)


def _quoted(value: str | float | Sequence[str]) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value) if isinstance(value, float) else f"({', '.join(map(_quoted, value))})"


def test_same_as_in_python(store: Store) -> None:
    """Three hundred filters find the versions of which they are true, whatever is compared and however it is joined."""
    chance = Chance(1)
    kept = {version.model_id: version for version in map(chance.version, range(VERSIONS))}
    for version in kept.values():
        store.upsert_model(version)
    for _ in range(FILTERS):
        tree = chance.expression(3)
        text = written(tree)
        parsed = parse_filter(text)
        assert parsed == tree, text
        found = {each.model_id for each in store.models.search(ModelSearch(where=parsed)).models}
        assert found == {model_id for model_id, version in kept.items() if is_true(tree, version)}, text


def test_garbage(store: Store) -> None:
    """Words and signs in any order are a filter or an error that says so, and nothing else."""
    pieces = ["name", "params.", "metrics.q", "tags.`a b`", "NOT", "AND", "or", "(", ")", ",", "LIKE", "IN", "=", "<"]
    pieces += ["'a'", '"', "'", "`", "0.5", "-", "\0", "\ud800", ";", "--", ".", "\n", "aliases", "status", "1e999"]
    chance = random.Random(2)  # noqa: S311 - the same in every run
    understood = 0
    for _ in range(GARBAGE):
        text = " ".join(chance.choices(pieces, k=chance.randrange(1, 7)))
        try:
            tree = parse_filter(text)
        except InvalidArgumentError:
            continue
        understood += 1
        store.models.search(ModelSearch(where=tree, limit=1))
    assert understood > 0
