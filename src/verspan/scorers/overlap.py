"""How many words an answer shares with the expected one."""

from __future__ import annotations

import re
import string
from collections import Counter
from dataclasses import dataclass
from typing import Any

from verspan.scorers.built_in import OfExpectation, as_text, texts_of

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, kw_only=True)
class TokenF1(OfExpectation):
    """The F1 of the answer's words against the expected ones: 0 to 1, higher is better.

    SQuAD's measure (Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016) with the
    normalisation of its evaluation script: lower case, ASCII punctuation and the articles a, an and the left out, split
    at white space. The words in common, each as often as both have it, are the overlap; precision is the overlap over
    the answer's words, recall that over the expected ones, and F1 their harmonic mean. Where one side has no word, the
    score is 1 if the other has none either and 0 otherwise, as in SQuAD 2.0. Of several expected answers (a list) the
    best counts. It is made for languages that put space between words.
    """

    name: str = "token_f1"

    def against(self, expected: Any, output: Any) -> float:
        """The best F1."""
        found = _tokens(as_text(output))
        return max((_f1(_tokens(text), found) for text in texts_of(expected)), default=0.0)


def _tokens(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_WITHOUT_PUNCTUATION)).split()


def _f1(expected: list[str], found: list[str]) -> float:
    if not expected or not found:
        return float(expected == found)
    overlap = (Counter(expected) & Counter(found)).total()
    return 2 * overlap / (len(expected) + len(found))
