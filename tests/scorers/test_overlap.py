"""Words in common, as SQuAD counts them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.scorers.answers import answer

from verspan.scorers import TokenF1


@pytest.mark.parametrize(
    ("expected", "outputs", "f1"),
    [
        ("The Eiffel Tower!", "eiffel tower", 1.0),
        ("in the city of Paris", "Paris", 2 * (1 * 0.25) / (1 + 0.25)),
        ("a a b", "b b", 2 / 3),  # the articles are left out: precision 1/2, recall 1
        ("x x y", "x x x", 2 / 3),
        ("", "", 1.0),
        ("the", "a", 1.0),
        ("", "x", 0.0),
        ("x", None, 0.0),
        (["no", "yes please"], "yes please", 1.0),
        ([], "x", 0.0),
        ("ÄRGER", "ärger", 1.0),
        ("x " * 100_000, "x", 2 / 100_001),
    ],
)
def test_f1(expected: Any, outputs: Any, f1: float) -> None:
    """Precision and recall of the words, each as often as both have it, give the score; the best of several counts."""
    (found,) = TokenF1().score(answer(outputs, expected_response=expected))
    assert found.value == pytest.approx(f1)
