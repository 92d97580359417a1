"""Rows that are nearly the same are found, all of them."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from verspan.datasets.likeness import NearDuplicate, near_duplicates
from verspan.datasets.rows import new_dataset


def similarity(one: str, other: str) -> float:
    """The Jaccard similarity of two texts' words."""
    left, right = set(one.split()), set(other.split())
    return len(left & right) / len(left | right) if left | right else 0.0


@pytest.mark.parametrize("threshold", [0.3, 0.5, 2 / 3, 0.8, 1.0])
@pytest.mark.parametrize("seed", range(10))
def test_every_row(seed: int, threshold: float) -> None:
    """The rows that are found are those that comparing every row with every other finds, each once."""
    chance = random.Random(seed)  # noqa: S311 - examples, not secrets
    texts = list(dict.fromkeys(" ".join(chance.choices("abcdefghij", k=chance.randrange(9))) for _ in range(30)))
    made = new_dataset("d", [{"inputs": {"q": text}, "row_id": text or "-"} for text in texts])
    alike = {
        (later or "-", earlier or "-"): similarity(earlier, later)
        for earlier, later in combinations(texts, 2)
        if similarity(earlier, later) >= threshold
    }
    found = near_duplicates(made, threshold)
    assert sorted(each.row_id for each in found) == sorted({later for later, _earlier in alike})
    assert [alike[each.row_id, each.other_row_id] for each in found] == [each.similarity for each in found]


def test_words() -> None:
    """Case, order, punctuation and nesting make no difference; numbers are words, and names of inputs are not."""
    rows = [
        {"row_id": "first", "inputs": {"question": "Where is order 7?"}},
        {"row_id": "other", "inputs": {"question": "Where is order 8?"}},
        {
            "row_id": "again",
            "inputs": {"messages": [{"content": "order, where"}, {"content": "IS"}], "n": 7, "x": None},
        },
    ]
    assert near_duplicates(new_dataset("d", rows)) == [NearDuplicate("again", "first", 1.0)]
