"""Rows that are nearly the same, which count an example twice.

Two rows are alike by the Jaccard similarity of the words of their inputs: words in both over words in either, without
regard to case, order and punctuation (Jaccard, 1912). Every row that is so like an earlier one is found, not a
sample of them: two sets can only be that alike if they share one of the rarest words of each, and only rows that do are
compared (prefix filtering: Bayardo, Ma and Srikant, "Scaling Up All Pairs Similarity Search", WWW 2007).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from verspan.datasets.model import Dataset

THRESHOLD = 0.8
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class NearDuplicate:
    """A row that is nearly the same as an earlier one."""

    row_id: str
    other_row_id: str
    """An earlier row that it is like; there may be more."""
    similarity: float
    """Above 0 to 1, which is the same words."""


def near_duplicates(dataset: Dataset, threshold: float = THRESHOLD) -> list[NearDuplicate]:
    """Rows whose inputs are nearly the same as those of an earlier row, the most alike first.

    Args:
        dataset: the dataset. Ten thousand rows of prose take seconds.
        threshold: the least similarity, above 0 to 1.
    """
    words = [frozenset(_words(row.inputs)) for row in dataset.rows]
    found = [
        NearDuplicate(dataset.rows[later].row_id, dataset.rows[earlier].row_id, similarity)
        for later, earlier, similarity in _alike(words, threshold)
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


def _alike(words: Sequence[frozenset[str]], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Places of rows, each with that of one earlier row that it is like, and how much."""
    frequency = Counter(word for each in words for word in each)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for later, each in enumerate(words):
        rarest = sorted(each, key=lambda word: (frequency[word], word))
        prefix = rarest[: len(each) - math.ceil(threshold * len(each)) + 1]
        candidates = _each_once(rows_of[word] for word in prefix)
        compared = ((earlier, _similarity(words[earlier], each)) for earlier in candidates)
        # The first is enough: of ten thousand rows that are all alike there are fifty million pairs.
        first = next((pair for pair in compared if pair[1] >= threshold), None)
        if first is not None:
            yield later, *first
        for word in prefix:
            rows_of[word].append(later)


def _each_once(lists: Iterable[Sequence[int]]) -> Iterator[int]:
    seen: set[int] = set()
    for each in lists:
        for row in each:
            if row not in seen:
                seen.add(row)
                yield row


def _similarity(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)
