"""Answers as JSON: by a schema, and leaf by leaf."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.scorers.answers import answer

from verspan.assessments.model import Feedback
from verspan.errors import InvalidArgumentError
from verspan.scorers import JsonDiff, JsonSchema
from verspan.scorers.built_in import BuiltIn

PERSON = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}


def score(scorer: BuiltIn, outputs: Any, **expectations: Any) -> Feedback:
    """The only feedback on an answer."""
    (only,) = scorer.score(answer(outputs, **expectations))
    return only


@pytest.mark.parametrize(
    ("outputs", "rationale"),
    [
        ({"age": 4}, None),
        ('{"age": 4}', None),
        ({"age": "4"}, "$.age: '4' is not of type 'integer'"),
        ("{}", "$: 'age' is a required property"),
        (None, "$: None is not of type 'object'"),
    ],
)
def test_schema(outputs: Any, rationale: str | None) -> None:
    """An answer, as a value or as text, is valid or not, and then the rationale says where and why."""
    found = score(JsonSchema(schema=PERSON), outputs)
    assert (found.value, found.rationale) == (rationale is None, rationale)
    assert score(JsonSchema(), outputs, json_schema=PERSON).value == found.value


def test_schema_of_no_json() -> None:
    """A text that is no JSON is not valid."""
    found = score(JsonSchema(schema={}), "four")
    assert found.value is False
    assert (found.rationale or "").startswith("no JSON: ")


def test_schema_at_fault() -> None:
    """A schema that is none is a failure, none at all is nothing to judge, and nothing is fetched for one."""
    with pytest.raises(InvalidArgumentError, match="json_schema: the schema is none: 'x' is not valid"):
        score(JsonSchema(schema={"type": "x"}), {})
    assert list(JsonSchema().score(answer({}))) == []
    with pytest.raises(Exception, match="Unresolvable"):
        score(JsonSchema(schema={"$ref": "http://127.0.0.1:9/schema"}), {})


@pytest.mark.parametrize(
    ("expected", "outputs", "share", "rationale"),
    [
        ({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 2]}, 1.0, None),
        ({"a": 1, "b": [1, 2]}, '{"b": [1, 3], "a": 1}', 2 / 3, "/b/1: expected 2, got 3"),
        ({"a": 1}, {"a": 1, "x/y~": None}, 0.5, "/x~1y~0: expected nothing, got None"),
        ({}, {}, 1.0, None),
        ({}, [], 0.0, "the whole: expected {}, got []"),
        ({}, {"a": 1}, 0.0, "/a: expected nothing, got 1"),
        ("1", True, 0.0, "the whole: expected 1, got True"),
        ({"a": 1}, 5, 0.0, "/a: expected 1, got nothing; the whole: expected nothing, got 5"),
        ([1.0], [1], 1.0, None),
    ],
)
def test_diff(expected: Any, outputs: Any, share: float, rationale: str | None) -> None:
    """The score is the share of the places whose leaves are equal; the others are named by JSON Pointer."""
    found = score(JsonDiff(), outputs, expected_response=expected)
    assert (found.value, found.rationale) == (share, rationale)


def test_diff_of_no_json() -> None:
    """A text that is no JSON shares nothing."""
    found = score(JsonDiff(), "no", expected_response={})
    assert found.value == 0.0
    assert (found.rationale or "").startswith("no JSON: ")


def test_diff_of_large_and_deep_values() -> None:
    """Values may be large, and nested deeper than Python lets functions be; what differs is told in short."""
    deep: Any = 1
    for _ in range(5_000):
        deep = [deep]
    assert score(JsonDiff(), deep, expected_response=deep).value == 1.0
    large = {str(number): number for number in range(10_000)}
    found = score(JsonDiff(), json.dumps({**large, "long": "x" * 1_000}), expected_response=large)
    assert found.value == pytest.approx(1 - 1 / 10_001)
    assert len(found.rationale or "") < 200
    assert (score(JsonDiff(), {}, expected_response=large).rationale or "").endswith("; …")
