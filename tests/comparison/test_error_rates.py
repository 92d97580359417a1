"""How often a comparison without any difference shows one, by simulation: no more often than it says.

A seeded thousand of each; `bench/statistics.py` has many thousands, and the power.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from verspan.comparison.comparing import Design, Evidence, Metric, Statistic, compare_evidence
from verspan.comparison.looks import AnyLooks
from verspan.comparison.means import mean_difference, paired_mean_difference
from verspan.comparison.model import Direction
from verspan.comparison.quantiles import quantile_difference
from verspan.comparison.rates import paired_rate_difference, rate_difference
from verspan.comparison.samples import Pairs, Sample

ALPHA = 0.05
Draw = Callable[[np.random.Generator], float]


def of(values: object) -> Sample:
    return Sample.of(np.asarray(values, dtype=np.float64))


def skewed(generator: np.random.Generator, count: int) -> Sample:
    return of(generator.lognormal(0, 1, count))


def sessions(generator: np.random.Generator, count: int, each: int) -> Sample:
    """Sessions whose observations are alike."""
    shared = generator.normal(size=count).repeat(each)
    return Sample.of(shared + generator.normal(size=count * each), np.arange(count).repeat(each).tolist())


def answers(generator: np.random.Generator, rows: int) -> Pairs:
    """Right or wrong, mostly the same under both versions."""
    before, again = (generator.random((2, rows)) < 0.7).astype(np.float64)
    return Pairs.of(before, np.where(generator.random(rows) < 0.3, again, before).astype(np.float64))


def scores(generator: np.random.Generator, rows: int) -> Pairs:
    """Grades from 0 to 4, most of them the same."""
    before, again = generator.integers(0, 5, (2, rows)).astype(np.float64)
    return Pairs.of(before, np.where(generator.random(rows) < 0.3, again, before).astype(np.float64))


CASES: dict[str, tuple[int, Draw]] = {
    "means of few": (100, lambda g: mean_difference(of(g.normal(size=12)), of(g.normal(size=12)), 0.95).p_value),
    "skewed means": (1_000, lambda g: mean_difference(skewed(g, 600), skewed(g, 600), 0.95).p_value),
    "unequal numbers": (100, lambda g: mean_difference(skewed(g, 30), skewed(g, 200), 0.95).p_value),
    "sessions": (60, lambda g: mean_difference(sessions(g, 40, 10), sessions(g, 40, 10), 0.95).p_value),
    "rare errors": (1_000, lambda g: rate_difference(of(g.random(40) < 0.05), of(g.random(40) < 0.05), 0.95).p_value),
    "rates": (1_000, lambda g: rate_difference(of(g.random(300) < 0.3), of(g.random(300) < 0.3), 0.95).p_value),
    "paired answers": (1_000, lambda g: paired_rate_difference(answers(g, 60), 0.95).p_value),
    "paired grades": (300, lambda g: paired_mean_difference(scores(g, 40), 0.95).p_value),
    "six pairs": (1_000, lambda g: paired_mean_difference(scores(g, 6), 0.95).p_value),
    "median": (200, lambda g: quantile_difference(skewed(g, 100), skewed(g, 100), 0.5, 0.95).p_value),
    "p95": (200, lambda g: quantile_difference(skewed(g, 500), skewed(g, 500), 0.95, 0.95).p_value),
    "p95 of sessions": (
        200,
        lambda g: quantile_difference(sessions(g, 150, 8), sessions(g, 150, 8), 0.95, 0.95).p_value,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_found_where_nothing_is(name: str) -> None:
    """Without a difference a p-value is at most 0.05 in at most 5 % of comparisons, but for chance in simulating."""
    count, draw = CASES[name]
    generator = np.random.default_rng(7)
    false = sum(draw(generator) <= ALPHA for _ in range(count))
    assert false <= count * ALPHA + 3 * np.sqrt(count * ALPHA * (1 - ALPHA))


def test_looking_again_and_again() -> None:
    """Whoever looks after every hundred observations, and stops at the first difference, is wrong as seldom."""
    generator, looks, false = np.random.default_rng(7), AnyLooks(), 0
    for _ in range(300):
        before, after = generator.lognormal(0, 1, (2, 2_000))
        grown = range(100, 2_001, 100)
        false += any(mean_difference(of(before[:n]), of(after[:n]), 0.95, looks).p_value <= ALPHA for n in grown)
    assert false <= 300 * ALPHA


def test_twenty_metrics() -> None:
    """Among twenty metrics without a difference, one is said to have one in at most 5 % of comparisons."""
    generator, false = np.random.default_rng(7), 0
    for _ in range(200):
        evidence = [
            Evidence(
                Metric(f"metric {number}", Statistic.RATE),
                of(generator.random(150) < 0.4),
                of(generator.random(150) < 0.4),
            )
            for number in range(20)
        ]
        found = compare_evidence("a", "b", evidence, Design())
        false += any(metric.direction is not Direction.NO_EVIDENCE for metric in found.metrics)
    assert false <= 200 * ALPHA + 3 * np.sqrt(200 * ALPHA * (1 - ALPHA))


def test_power() -> None:
    """Of 600 and 600 observations, 0.173 standard deviations apart, 85 in 100 show it, as the textbooks say."""
    generator = np.random.default_rng(7)
    found = [
        mean_difference(of(generator.normal(0, 1, 600)), of(generator.normal(0.173, 1, 600)), 0.95).p_value <= ALPHA
        for _ in range(1_000)
    ]
    assert np.mean(found) == pytest.approx(0.85, abs=3 * np.sqrt(0.85 * 0.15 / 1_000))
