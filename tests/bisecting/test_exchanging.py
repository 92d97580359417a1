"""Whether answers to the same rows became worse, against reckoning by hand and against methods that are known."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from scipy import stats

from verspan.bisecting.exchanging import Trials, _drawn, p_lower


def rows(values: list[list[float]]) -> Trials:
    """Rows of these trials."""
    return {f"row {number}": trials for number, trials in enumerate(values)}


def test_one_trial_each() -> None:
    """With one trial of each it is the exact sign test of rows that changed, which for yes and no is McNemar's."""
    before, after = rows([[1.0]] * 8 + [[0.0]] * 3), rows([[0.0]] * 6 + [[1.0]] * 3 + [[0.0]] * 2)
    assert p_lower(before, after) == pytest.approx(stats.binomtest(6, 7, alternative="greater").pvalue)


def test_one_row() -> None:
    """A single row that always failed and never did before is clear once it was asked often enough."""
    assert p_lower(rows([[1] * 4]), rows([[0] * 4])) == pytest.approx(1 / comb(8, 4))
    assert p_lower(rows([[1] * 8]), rows([[0] * 8])) == pytest.approx(1 / comb(16, 8))


def test_one_table() -> None:
    """Of one row it is Fisher's exact test, however many trials either side has."""
    before, after = [1.0] * 9 + [0.0] * 3, [1.0] * 2 + [0.0] * 5
    fisher = stats.fisher_exact(np.array([[2, 5], [9, 3]]), alternative="less").pvalue
    assert p_lower(rows([before]), rows([after])) == pytest.approx(fisher)


def test_nothing_shared() -> None:
    """Rows that only one side has, and rows that never vary, tell nothing."""
    assert p_lower({"one": [1.0], "same": [1.0]}, {"other": [0.0], "same": [1.0]}) == 1.0


def test_drawn() -> None:
    """Of scores that are any numbers arrangements are drawn, which comes to the same as reckoning exactly."""
    generator = np.random.default_rng(1)
    before = [list(map(float, generator.integers(0, 2, 3))) for _ in range(12)]
    after = [list(map(float, generator.integers(0, 2, 3) * generator.integers(0, 2))) for _ in range(12)]
    exact = p_lower(rows(before), rows(after))
    assert _drawn(list(zip(before, after, strict=True))) == pytest.approx(exact, abs=0.015)
    graded = [[value + 0.5 for value in trials] for trials in before], [[value + 0.5 for value in t] for t in after]
    assert p_lower(rows(graded[0]), rows(graded[1])) == pytest.approx(exact, abs=0.015)


def test_same_everywhere() -> None:
    """The same scores give the same p-value, in whichever order rows come."""
    before = {"a": [0.3, 0.9], "b": [0.5, 0.7]}
    after = {"b": [0.1, 0.6], "a": [0.2, 0.4]}
    turned = dict(reversed(before.items())), dict(reversed(after.items()))
    assert p_lower(before, after) == p_lower(*turned)
