"""Whether an answer is, or holds, the text that is expected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from unicodedata import normalize

from verspan.assessments.model import Feedback
from verspan.errors import InvalidArgumentError
from verspan.scorers.built_in import OfExpectation, OfOutputs, as_text, texts_of
from verspan.scorers.json_values import same_value
from verspan.scorers.model import Answer

_MOST_CHARACTERS = 2_000
_MOST_WORDS = 2_000
_SHOWN = 10


def comparable(text: str, *, ignore_case: bool = False) -> str:
    """A text in Unicode's composed form, so that what looks the same is the same, and folded if case does not count."""
    composed = normalize("NFC", text)
    return composed.casefold() if ignore_case else composed


@dataclass(frozen=True, kw_only=True)
class ExactMatch(OfExpectation):
    """Whether the answer is the expected one: a boolean, higher is better.

    Texts are compared in Unicode's composed form (NFC), without the space around them. Other values are equal as JSON's
    are: ``1`` and ``1.0`` are, ``1`` and ``true`` are not.
    """

    name: str = "exact_match"
    ignore_case: bool = False

    def against(self, expected: Any, output: Any) -> bool:
        """Whether they are the same."""
        if isinstance(expected, str) and isinstance(output, str):
            return self._form(expected) == self._form(output)
        return same_value(expected, output)

    def _form(self, text: str) -> str:
        return comparable(text, ignore_case=self.ignore_case).strip()


@dataclass(frozen=True, kw_only=True)
class FuzzyMatch(OfExpectation):
    """How much of the answer and the expected one is the same: 0 to 1, higher is better.

    The formula is Ratcliff and Obershelp's ("Pattern Matching: The Gestalt Approach", Dr. Dobb's Journal, 1988) as the
    standard library's ``difflib.SequenceMatcher.ratio`` has it: twice the length of the matching blocks over the length
    of both. Where one of them is longer than 2,000 characters words are compared instead of characters, since the time
    it takes grows with the square of the length; where one has more than 2,000 words their order no longer counts
    (``quick_ratio``, the share of words that are in both), which is never less. Two empty texts are the same.
    """

    name: str = "fuzzy_match"
    ignore_case: bool = False

    def against(self, expected: Any, output: Any) -> float:
        """The share that is the same."""
        first, second = (comparable(as_text(one), ignore_case=self.ignore_case) for one in (expected, output))
        if max(len(first), len(second)) > _MOST_CHARACTERS:
            words = first.split(), second.split()
            of_words = SequenceMatcher(None, *words, autojunk=False)
            return of_words.ratio() if max(map(len, words)) <= _MOST_WORDS else of_words.quick_ratio()
        return SequenceMatcher(None, first, second, autojunk=False).ratio()


@dataclass(frozen=True, kw_only=True)
class Contains(OfOutputs):
    """Whether the answer holds every one of some texts: a boolean, higher is better. The rationale names the missing.

    Texts are compared in Unicode's composed form (NFC). An empty text is in every answer.
    """

    name: str = "contains"
    texts: Sequence[str] = ()
    """What has to be in every answer; where there are none, the expectation says it, as a text or a list of texts."""
    expectation: str = "expected_facts"
    """The expectation's name; rows without it are not judged."""
    ignore_case: bool = False

    def judge(self, answer: Answer) -> Feedback | None:
        """Whether all of them are there."""
        wanted = self.texts or answer.expectations.get(self.expectation)
        if wanted is None:
            return None
        output = self._form(as_text(self.looked_at(answer)))
        missing = [text for text in texts_of(wanted) if self._form(text) not in output]
        return Feedback(value=not missing, rationale=_rationale("not there", missing))

    def _form(self, text: str) -> str:
        return comparable(text, ignore_case=self.ignore_case)


@dataclass(frozen=True, kw_only=True)
class RegexMatch(OfOutputs):
    """Whether a regular expression is found anywhere in the answer: a boolean, higher is better.

    The expression is of Python's ``re``; anchor it by ``^`` and ``$``, and set flags within it, as in ``(?i)yes``.
    """

    pattern: str
    name: str = "regex_match"

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise InvalidArgumentError(f"{self.pattern!r} is no regular expression: {error}") from error

    def judge(self, answer: Answer) -> bool:
        """Whether it is found."""
        return re.search(self.pattern, as_text(self.looked_at(answer))) is not None


def _rationale(said: str, texts: Sequence[str]) -> str | None:
    shown = ", ".join(map(repr, texts[:_SHOWN]))
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return f"{said}: {shown}{more}" if texts else None
