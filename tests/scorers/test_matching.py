"""Texts against the expected ones."""

from __future__ import annotations

from typing import Any

import pytest
from tests.scorers.answers import answer

from verspan.assessments.model import Feedback
from verspan.errors import InvalidArgumentError
from verspan.scorers import Contains, ExactMatch, FuzzyMatch, RegexMatch
from verspan.scorers.built_in import BuiltIn


def value(scorer: BuiltIn, outputs: Any, **expectations: Any) -> Any:
    """The only score of an answer."""
    (only,) = scorer.score(answer(outputs, **expectations))
    return only.value


def rationale(scorer: BuiltIn, outputs: Any, **expectations: Any) -> str | None:
    """Why it is what it is."""
    (only,) = scorer.score(answer(outputs, **expectations))
    return only.rationale


@pytest.mark.parametrize(
    ("expected", "outputs", "same"),
    [
        ("Paris", " Paris\n", True),
        ("Paris", "paris", False),
        ("Caf\u00e9", "Cafe\u0301", True),
        ("", "", True),
        ("x", None, False),
        (1, 1.0, True),
        (1, True, False),
        ({"a": [1, {}]}, {"a": [1, {}]}, True),
        ({"a": [1, {}]}, {"a": [1, []]}, False),
        ([], {}, False),
        ("1", 1, False),
    ],
)
def test_exact_match(expected: Any, outputs: Any, same: bool) -> None:  # noqa: FBT001 - a case's expected value
    """Texts are the same in any of Unicode's forms and without space around them, values as JSON's are."""
    assert value(ExactMatch(), outputs, expected_response=expected) is same


def test_exact_match_folded() -> None:
    """Case does not count where that is asked for, in any language."""
    assert value(ExactMatch(ignore_case=True), "STRASSE", expected_response="Straße") is True


def test_nothing_expected() -> None:
    """Without the expectation there is nothing to judge, and another name of it can be given."""
    assert list(ExactMatch().score(answer("x"))) == []
    assert value(ExactMatch(expectation="gold"), "x", gold="x") is True


def test_field() -> None:
    """One field of the outputs is looked at if asked for; outputs without it are an error that names it."""
    assert value(ExactMatch(field="text"), {"text": "x", "more": 1}, expected_response="x") is True
    for outputs in ({"more": 1}, "x", None):
        with pytest.raises(InvalidArgumentError, match="exact_match: the outputs have no field 'text'"):
            value(ExactMatch(field="text"), outputs, expected_response="x")


@pytest.mark.parametrize(
    ("expected", "outputs", "share"),
    [("abcd", "bcde", 0.75), ("", "", 1.0), ("abc", None, 0.0), ("AB", "ab", 0.0), ("äö", "äü", 0.5)],
)
def test_fuzzy_match(expected: str, outputs: Any, share: float) -> None:
    """The share is that of difflib's documentation: twice the matching characters over all."""
    assert value(FuzzyMatch(), outputs, expected_response=expected) == share


def test_fuzzy_match_of_long_texts() -> None:
    """Long texts are compared by words, popular ones too."""
    long = "the cat sat " * 1_000
    assert value(FuzzyMatch(), long, expected_response=long) == 1.0
    assert value(FuzzyMatch(), "dog " * 3_000, expected_response=long) == 0.0


def test_fuzzy_match_of_huge_texts() -> None:
    """Of huge texts the words count in whatever order, which takes no longer than reading them."""
    words = [str(number) for number in range(2_000)]
    assert value(FuzzyMatch(), " ".join(words[::-1]), expected_response=" ".join(words)) == 1 / 2_000
    huge = [str(number) for number in range(100_000)]
    assert value(FuzzyMatch(), " ".join(huge[::-1]), expected_response=" ".join(huge)) == 1.0


def test_contains() -> None:
    """All the texts have to be there, and those that are not are named."""
    facts = {"expected_facts": ["Paris", "Seine"]}
    assert value(Contains(), "Paris, on the Seine", **facts) is True
    assert rationale(Contains(), "Paris", **facts) == "not there: 'Seine'"
    assert value(Contains(texts=["PARIS"], ignore_case=True), "in Paris") is True
    assert value(Contains(texts=["x"]), None) is False
    assert value(Contains(), "Paris", expected_facts="Paris") is True
    assert value(Contains(), {"city": "Zürich"}, expected_facts="Zürich") is True
    assert list(Contains().score(answer("x"))) == []
    assert (rationale(Contains(texts=[str(n) for n in range(12)]), "") or "").endswith("'9' and 2 more")


def test_regex_match() -> None:
    """An expression is found anywhere, and one that is none is told where the scorer is made."""
    assert value(RegexMatch(pattern=r"\d{4}"), "in 1999") is True
    assert value(RegexMatch(pattern="(?i)^no$"), "NO") is True
    assert value(RegexMatch(pattern="x"), None) is False
    with pytest.raises(InvalidArgumentError, match=r"'\(' is no regular expression"):
        RegexMatch(pattern="(")


def test_feedback_names_the_scorer() -> None:
    """Feedback has the scorer's name, and its version in the source."""
    scorer = ExactMatch(name="same")
    (only,) = scorer.score(answer("x", expected_response="x"))
    assert only == Feedback("same", value=True, source=only.source)
    assert only.source.source_id == f"same@{scorer.record.version}"
