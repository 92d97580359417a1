"""Rows that are nearly the same, which count an example twice.

Two rows are alike by the Jaccard similarity of the words of their inputs: words in both over words in either, without
regard to case, order and punctuation (Jaccard, 1912). All pairs above the threshold are found, not a sample of them:
two sets can only be that alike if they share one of the rarest words of each, and only pairs that do are compared
(prefix filtering: Bayardo, Ma and Srikant, "Scaling Up All Pairs Similarity Search", WWW 2007).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from verspan.datasets.model import Dataset

THRESHOLD = 0.8
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class NearDuplicate:
    """Two rows that are nearly the same."""

    row_id: str
    """The later of the two in the dataset."""
    other_row_id: str
    similarity: float
    """Above 0 to 1, which is the same words."""


def near_duplicates(dataset: Dataset, threshold: float = THRESHOLD) -> list[NearDuplicate]:
    """Pairs of rows whose inputs are nearly the same, the most alike first.

    Args:
        dataset: the dataset.
        threshold: the least similarity, above 0 to 1.
    """
    words = [frozenset(_words(row.inputs)) for row in dataset.rows]
    found = [
        NearDuplicate(dataset.rows[later].row_id, dataset.rows[earlier].row_id, similarity)
        for earlier, later in _candidates(words, threshold)
        if (similarity := _similarity(words[earlier], words[later])) >= threshold
    ]
    return sorted(found, key=lambda pair: (-pair.similarity, pair.row_id, pair.other_row_id))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _words(each)
    elif value is not None:
        yield from _WORD.findall(str(value).casefold())


def _candidates(words: Sequence[frozenset[str]], threshold: float) -> Iterator[tuple[int, int]]:
    """Pairs that share one of their rarest words, each once."""
    frequency = Counter(word for each in words for word in each)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for later, each in enumerate(words):
        rarest = sorted(each, key=lambda word: (frequency[word], word))
        prefix = rarest[: len(each) - math.ceil(threshold * len(each)) + 1]
        yield from ((earlier, later) for earlier in sorted({row for word in prefix for row in rows_of[word]}))
        for word in prefix:
            rows_of[word].append(later)


def _similarity(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)
