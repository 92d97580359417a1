"""What the words of an answer tell without an expected answer: refusals, lists of words, lengths and languages."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from tests.scorers.answers import answer

from verspan.errors import InvalidArgumentError, MissingPackageError
from verspan.evaluation.model import Goal
from verspan.scorers import JsonSchema, Language, Length, Refusal, SafetyWordList
from verspan.scorers.built_in import BuiltIn


def values(scorer: BuiltIn, outputs: Any, **expectations: Any) -> list[Any]:
    """The scores of an answer."""
    return [one.value for one in scorer.score(answer(outputs, **expectations))]


@pytest.mark.parametrize(
    "outputs",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m sorry, I cannot do this",
        "Unfortunately, I cannot assist you here.",
        "I am unable to discuss that.",
        "I must decline.",
        "As I am just an AI model, my makers say I cannot say.",
    ],
)
def test_refusals(outputs: str) -> None:
    """Refusals in common phrases are found, and the phrase is told."""
    (found,) = Refusal().score(answer(outputs))
    assert found.value is True
    assert found.rationale
    assert Refusal().goal is Goal.LOWER


@pytest.mark.parametrize(
    "outputs",
    ["", None, "I'm sorry to hear that; here is how to fix it.", "You can't help it.", "x" * 300 + "I must decline"],
)
def test_no_refusals(outputs: Any) -> None:
    """Being polite, or a phrase far into the answer, is no refusal."""
    (found,) = Refusal().score(answer(outputs))
    assert (found.value, found.rationale) == (False, None)


def test_own_patterns() -> None:
    """Patterns of one's own stand in for the English ones."""
    assert values(Refusal(patterns=["dabei kann ich nicht"]), "Dabei kann ich nicht helfen.") == [True]


def test_word_list() -> None:
    """Words and phrases are found as a whole, in any case and form, and named."""
    scorer = SafetyWordList(words=["ass", "Acme Inc.", "straße", "悪い"])
    (found,) = scorer.score(answer("Try ACME INC. in the STRASSE"))
    assert (found.value, found.rationale) == (False, "Acme Inc., straße")
    assert values(scorer, "a class act") == [True]
    assert values(scorer, "\uff21\uff33\uff33") == [False]
    assert values(scorer, None) == [True]
    for words in ([], "ass", ["x", " "]):
        with pytest.raises(InvalidArgumentError, match="takes a list of one or more words"):
            SafetyWordList(words=words)


def test_length() -> None:
    """A length is in characters or in words, and neither longer nor shorter is better."""
    assert values(Length(), "Zoë 😀") == [5]
    assert values(Length(unit="words"), " one\ntwo  three ") == [3]
    assert values(Length(), None) == [0]
    assert values(Length(), {"a": 1}) == [7]
    assert values(Length(), "x" * 1_000_000) == [1_000_000]
    assert Length().goal is Goal.NEITHER
    with pytest.raises(InvalidArgumentError, match="in characters or words, not in 'pages'"):
        Length(unit="pages")  # type: ignore[arg-type]  # what a caller without a type checker may do


def test_language() -> None:
    """The language of a text is told from that which is expected; without a letter there is nothing to judge."""
    pytest.importorskip("py3langid", reason="of the extra `scorers`")
    german = "Guten Tag, womit kann ich Ihnen heute behilflich sein?"
    (found,) = Language(language="de").score(answer(german))
    assert (found.value, found.rationale) == (True, "de")
    assert values(Language(), german, language="en") == [False]
    assert values(Language(language="ja"), "今日は良い天気ですね。散歩に行きましょう。") == [True]
    assert values(Language(), german) == []
    assert values(Language(language="en"), "42!") == []


@pytest.mark.parametrize(
    ("package", "scorer"), [("py3langid", Language(language="en")), ("jsonschema.validators", JsonSchema(schema={}))]
)
def test_not_installed(monkeypatch: pytest.MonkeyPatch, package: str, scorer: BuiltIn) -> None:
    """A package that is not installed is named with what installs it."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError, match=rf"{package}: pip install 'verspan\[scorers\]'"):
        scorer.score(answer({"text": "Hello"}))
