"""Metrics of other evaluators where their packages are not installed; with them: tests/evaluators."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from verspan import scorers
from verspan.errors import InvalidArgumentError, MissingPackageError
from verspan.scorers.adapters.fields import EXPECTED, Fields
from verspan.scorers.model import Answer

FIELDS = Fields({"input": "inputs", "output": "outputs", "expected": EXPECTED}, texts=("input", "output"))
ANSWER = Answer({"a": 1, "b": "c"}, {"text": "yes", "from": ["x"]}, {"expected_response": {"d": 2}})


@pytest.mark.parametrize("package", ["autoevals", "deepeval", "ragas"])
def test_not_installed(package: str) -> None:
    """Without the package the error names it."""
    if find_spec(package):
        pytest.skip(f"{package} is installed")
    with pytest.raises(MissingPackageError, match=f"its metrics need {package}: pip install {package}"):
        getattr(scorers, f"from_{package}")(object())


def test_fields() -> None:
    """What is given as text is text, whatever it is, and what a user says where to find is given as it is."""
    assert FIELDS.values(ANSWER, ()) == {
        "input": '{"a":1,"b":"c"}',
        "output": '{"text":"yes","from":["x"]}',
        "expected": {"d": 2},
    }
    given = FIELDS.with_given({"output": "outputs.from", "input": "inputs.a", "more": "outputs.text.none"})
    assert given.values(ANSWER, ()) == {"input": 1, "output": ["x"], "expected": {"d": 2}}
    assert FIELDS.values(Answer({"a": "b"}, "yes"), ()) == {"input": "b", "output": "yes"}


def test_nothing_expected() -> None:
    """Where a row does not expect what a metric needs there is nothing to judge; what is missing else is its to say."""
    unexpected = Answer({"a": "b"}, "yes")
    assert FIELDS.values(unexpected, ["expected"]) is None
    assert FIELDS.values(unexpected, ["output", "documents"]) == {"input": "b", "output": "yes"}


def test_places() -> None:
    """A place that no answer has is refused where the scorer is made."""
    with pytest.raises(InvalidArgumentError, match=r"fields says that 'x' is at 'trace\.x'"):
        FIELDS.with_given({"x": "trace.x"})
