"""How often a comparison without any difference shows one, by simulation: no more often than it says.

A seeded thousand of each; `bench/error_rates.py` has many thousands.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower, TTestIndPower, TTestPower
from statsmodels.stats.proportion import proportion_effectsize
from tests.comparison.evaluations import failed, paid, pair, row

from verspan.comparison.comparing import Design, Evidence, Metric, Statistic, compare_evidence
from verspan.comparison.looks import AnyLooks, Looks
from verspan.comparison.means import mean_difference, paired_mean_difference
from verspan.comparison.model import Direction
from verspan.comparison.quantiles import quantile_difference
from verspan.comparison.rates import paired_rate_difference, rate_difference
from verspan.comparison.run_evidence import run_evidence
from verspan.comparison.run_metrics import run_metrics
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


def looked_at(generator: np.random.Generator, looks: Looks) -> bool:
    """Whether somebody finds a difference who looks after every hundred observations, and stops at the first."""
    before, after = generator.lognormal(0, 1, (2, 2_000))
    return any(
        mean_difference(of(before[:n]), of(after[:n]), 0.95, looks).p_value <= ALPHA for n in range(100, 2_001, 100)
    )


def twenty_metrics(generator: np.random.Generator) -> bool:
    """Whether any of twenty metrics without a difference is said to have one."""
    evidence = [
        Evidence(
            Metric(f"metric {number}", Statistic.RATE), of(generator.random(150) < 0.4), of(generator.random(150) < 0.4)
        )
        for number in range(20)
    ]
    found = compare_evidence("a", "b", evidence, Design())
    return any(metric.direction is not Direction.NO_EVIDENCE for metric in found.metrics)


def two_runs(generator: np.random.Generator, rows: int = 40, trials: int = 3) -> bool:
    """Whether any metric of two runs of the same version is said to differ.

    Rows are of many difficulties and sizes, under both versions the same; a row now and then fails.
    """
    difficulty, size = generator.random(rows), generator.lognormal(4, 1, rows)
    sides = []
    for _ in range(2):
        answers = []
        for number, trial in product(range(rows), range(trials)):
            took = float(size[number] * generator.lognormal(0, 0.3))
            scores = {
                "exact": bool(generator.random() < difficulty[number]),
                "grade": float(generator.integers(0, 5)),
                "tone": "calm" if generator.random() < 0.9 else "rude",
            }
            made = row(f"r{number}", trial, scores, duration_ms=took, spent=paid(int(took), took / 1e4))
            answers.append(failed(made.row_id, trial) if generator.random() < 0.03 else made)
        sides.append(answers)
    runs = pair(sides[0], sides[1])
    found = compare_evidence("a", "b", run_evidence(runs, run_metrics(runs)), Design())
    return any(metric.direction not in (Direction.NO_EVIDENCE, Direction.TOO_FEW) for metric in found.metrics)


def test_looking_again_and_again() -> None:
    """Whoever looks after every hundred observations, and stops at the first difference, is wrong as seldom."""
    generator = np.random.default_rng(7)
    assert sum(looked_at(generator, AnyLooks()) for _ in range(300)) <= 300 * ALPHA


def test_twenty_metrics() -> None:
    """Among twenty metrics without a difference, one is said to have one in at most 5 % of comparisons."""
    generator = np.random.default_rng(7)
    false = sum(twenty_metrics(generator) for _ in range(200))
    assert false <= 200 * ALPHA + 3 * np.sqrt(200 * ALPHA * (1 - ALPHA))


def test_two_runs_of_one_version() -> None:
    """Two runs of one version over the same rows, by every metric at once, differ in at most 5 % of comparisons."""
    generator = np.random.default_rng(7)
    false = sum(two_runs(generator) for _ in range(60))
    assert false <= 60 * ALPHA + 3 * np.sqrt(60 * ALPHA * (1 - ALPHA))


def power_of_mcnemar(rows: int, lost: float, gained: float) -> float:
    """How often McNemar's exact test shows a difference, summed over how many rows may change and which way."""
    shown = [
        sum(
            float(stats.binom.pmf(up, count, gained / (lost + gained)))
            for up in range(count + 1)
            if is_shown(up, count)
        )
        for count in range(rows + 1)
    ]
    return float(np.dot(stats.binom.pmf(np.arange(rows + 1), rows, lost + gained), shown))


def is_shown(up: int, count: int) -> bool:
    """Whether so many rows gained, of those that changed, are a difference."""
    return count > 0 and bool(stats.binomtest(up, count).pvalue <= ALPHA)


def moved_answers(generator: np.random.Generator, rows: int, lost: float, gained: float) -> Pairs:
    """Rows of which some are lost and some gained."""
    change = generator.choice(3, rows, p=[1 - lost - gained, lost, gained])
    before = np.where(change == 1, 1.0, np.where(change == 2, 0.0, generator.random(rows) < 0.7))
    return Pairs.of(before, np.where(change == 0, before, 1 - before))


POWERS: dict[str, tuple[int, Draw, float]] = {
    "means, 600 each, 0.173 apart": (
        1_000,
        lambda g: mean_difference(of(g.normal(0, 1, 600)), of(g.normal(0.173, 1, 600)), 0.95).p_value,
        TTestIndPower().power(0.173, 600, ALPHA),
    ),
    "rates, 400 each, 0.30 and 0.40": (
        1_000,
        lambda g: rate_difference(of(g.random(400) < 0.3), of(g.random(400) < 0.4), 0.95).p_value,
        NormalIndPower().power(proportion_effectsize(0.4, 0.3), 400, ALPHA),
    ),
    "paired means, 50 rows, 0.4 apart": (
        400,
        lambda g: paired_mean_difference(Pairs.of(np.zeros(50), g.normal(0.4, 1, 50)), 0.95).p_value,
        TTestPower().power(0.4, 50, ALPHA),
    ),
    "paired answers, 150 rows, 5 % lost and 15 % gained": (
        1_000,
        lambda g: paired_rate_difference(moved_answers(g, 150, 0.05, 0.15), 0.95).p_value,
        power_of_mcnemar(150, 0.05, 0.15),
    ),
}
"""Differences that are there: how many comparisons to simulate, one of them, and how many show it by the textbook."""


@pytest.mark.parametrize("name", POWERS)
def test_power(name: str) -> None:
    """A difference that is there is shown as often as the textbooks say, but for chance in simulating."""
    count, draw, textbook = POWERS[name]
    generator = np.random.default_rng(7)
    found = sum(draw(generator) <= ALPHA for _ in range(count)) / count
    assert found == pytest.approx(textbook, abs=3 * np.sqrt(textbook * (1 - textbook) / count) + 0.01)
