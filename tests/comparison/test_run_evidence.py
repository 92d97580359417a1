"""What two runs are compared by, and what each metric says: beside statsmodels, swapped, and in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.weightstats import DescrStatsW
from tests.comparison.evaluations import exact, failed, paid, pair, row, run, scorer

from verspan.comparison.comparing import Design, compare_evidence
from verspan.comparison.model import Comparison, Difference, Direction, MetricComparison
from verspan.comparison.run_evidence import run_evidence
from verspan.comparison.run_metrics import run_metrics
from verspan.comparison.run_warnings import run_warnings
from verspan.comparison.runs import RunPair
from verspan.evaluation.model import Goal, RowResult


def compared(runs: RunPair) -> Comparison:
    return compare_evidence("a", "b", run_evidence(runs, run_metrics(runs)), Design(), run_warnings(runs))


def difference(runs: RunPair, metric: str) -> Difference:
    found = compared(runs).of(metric).difference
    assert found is not None
    return found


def of_table(both: int, lost: int, gained: int, neither: int) -> RunPair:
    """Rows that were right under both versions, under one of them, and under none."""
    before = [True] * (both + lost) + [False] * (gained + neither)
    after = [True] * both + [False] * lost + [True] * gained + [False] * neither
    return pair(exact(before), exact(after))


@pytest.mark.parametrize("table", [(101, 59, 121, 33), (794, 86, 150, 570), (20, 6, 0, 4), (5, 1, 9, 5)])
def test_mcnemar(table: tuple[int, int, int, int]) -> None:
    """The verdict on yes and no is McNemar's exact test of the rows that changed, as statsmodels has it."""
    found = difference(of_table(*table), "exact")
    both, lost, gained, neither = table
    assert found.p_value == pytest.approx(mcnemar([[both, lost], [gained, neither]], exact=True).pvalue)
    assert found.estimate == pytest.approx((gained - lost) / sum(table))
    assert found.rows == found.units == (sum(table), sum(table))


def test_as_published() -> None:
    """Agresti's ratings of 1,600 people: from 0.59 to 0.55, a change of -0.04 that lies between -0.06 and -0.02.

    Agresti, Categorical Data Analysis (2nd edition, 2002), section 10.1.1; its interval is Wald's, to which the score
    interval for pairs comes close with so many, and its z is -4.17, of which chance gives as much in 3 of 100,000.
    """
    found = difference(of_table(794, 150, 86, 570), "exact")
    assert (found.baseline, found.candidate) == (0.59, 0.55)
    assert (round(found.interval.low, 2), round(found.interval.high, 2)) == (-0.06, -0.02)
    assert found.p_value == pytest.approx(3.05e-5, rel=0.3)


def test_trials_are_one_row() -> None:
    """A row is the mean of its trials, however many they are, and the interval is that of so many rows."""
    generator = np.random.default_rng(5)
    values = generator.random((2, 30, 3)) < 0.6
    sides = [
        [row(f"r{place[0]}", place[1], {"exact": bool(is_right)}) for place, is_right in np.ndenumerate(side)]
        for side in values
    ]
    found = difference(pair(sides[0], sides[1]), "exact")
    means = values.mean(axis=2)
    low, high = DescrStatsW(means[1] - means[0]).tconfint_mean()
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    assert (found.rows, found.method) == ((30, 30), "paired t interval, sign-flip permutation test")
    failures = difference(pair(sides[0], [failed(each.row_id, each.trial) for each in sides[1]]), "failure rate")
    assert (failures.baseline, failures.candidate, failures.rows) == (0.0, 1.0, (30, 30))


def test_failures_are_no_zeros() -> None:
    """A row that failed is a failure, and in no mean; so is a score that failed, and both are counted."""
    before = exact([1.0] * 20)
    after = [*exact([1.0] * 17), failed("r-0017"), row("r-0018", scores={"exact": None}), row("r-0019")]
    found = compared(pair(before, after))
    correct = found.of("exact")
    assert correct.difference is not None
    assert (correct.difference.candidate, correct.difference.rows) == (1.0, (17, 17))
    assert correct.note == (
        "3 rows are left out, which have no such score under both;"
        " 0 scores of the baseline failed, and 1 of the candidate"
    )
    rate = found.of("failure rate").difference
    assert rate is not None
    assert (rate.baseline, rate.candidate, rate.rows) == (0.0, 0.05, (20, 20))


def test_spending() -> None:
    """Tokens and cost are of rows, judging is apart, and neither unknown prices nor cached answers are zeros."""

    def answers(tokens: int) -> list[RowResult]:
        return [
            row(f"r{number}", scores={"exact": True}, spent=paid(tokens + number, tokens / 1000), judging=paid(9, 0.5))
            for number in range(20)
        ]

    before, after = answers(100), answers(200)
    after[0] = replace(after[0], spent=paid(200, 0.1, unpriced=1))
    after[1] = replace(after[1], cached=True)
    found = compared(pair(before, after))
    assert [metric.metric for metric in found.metrics][-4:] == ["input tokens", "output tokens", "cost", "judging cost"]
    cost, tokens, judging = (found.of(name) for name in ("cost", "input tokens", "judging cost"))
    assert (cost.unit, cost.goal, cost.direction) == ("USD", Goal.LOWER, Direction.WORSE)
    assert cost.difference is not None
    assert (cost.difference.baseline, cost.difference.candidate) == pytest.approx((0.1, 0.2))
    assert cost.difference.rows == (18, 18)
    unpaid = "have calls whose price is not known, or an answer that was not paid for now"
    assert cost.note == f"2 rows are left out, which {unpaid}"
    assert (tokens.direction, tokens.difference and tokens.difference.rows) == (Direction.CHANGED, (19, 19))
    assert (judging.direction, judging.goal) == (Direction.NO_EVIDENCE, Goal.NEITHER)
    latency = found.of("latency p50").difference
    assert latency is not None
    assert latency.rows == (19, 19)


def test_categories() -> None:
    """A few categories have a rate each, which has no better; texts and mappings are said not to be compared."""
    tones = ["calm", "calm", "rude"] * 10
    before, after = (
        [row(f"r{n:02}", scores={"tone": tone, "text": f"{side}{n}", "parts": {"a": n}}) for n, tone in enumerate(said)]
        for side, said in (("a", tones), ("b", ["calm"] * 30))
    )
    found = compared(pair(before, after))
    rude = found.of("tone/rude")
    assert (rude.goal, rude.direction) == (Goal.NEITHER, Direction.CHANGED)
    assert rude.difference is not None
    assert (rude.difference.baseline, rude.difference.candidate) == pytest.approx((1 / 3, 0.0))
    assert found.warnings == [
        "parts is not compared where it is a list or a mapping",
        "text is not compared: it has 60 different texts, which are no categories",
    ]
    assert [each.metric for each in found.metrics][:3] == ["tone/calm", "tone/rude", "failure rate"]


def test_a_score_that_is_called_like_a_figure() -> None:
    """A score that is named like what is measured anyway stands beside it under a name of its own."""
    costly = [run(number, scorers=(scorer("cost", goal=Goal.LOWER),)) for number in (1, 2)]
    sides = [[row(f"r{n}", scores={"cost": price}, spent=paid(1, 0.1)) for n in range(9)] for price in (1, 2)]
    found = compared(pair(sides[0], sides[1], costly))
    assert (found.of("cost (score)").direction, found.of("cost").direction) == (Direction.WORSE, Direction.NO_EVIDENCE)


def test_no_row_in_common() -> None:
    """Runs over other rows are samples of their own, which is said, and are compared by methods for such."""
    found = compared(pair(exact([True] * 30), exact([True] * 10 + [False] * 30, first=500)))
    correct = found.of("exact").difference
    assert correct is not None
    assert (correct.rows, correct.method) == ((30, 40), "Newcombe's hybrid score interval, chi-squared test")
    assert found.warnings == ["the runs have no row in common: each is a sample of its own, and nothing is paired"]


def test_runs_that_were_not_made_alike() -> None:
    """Other scorers, judges, trials, functions and days are told."""
    before = run(1, scorers=(scorer("exact", "1" * 12), scorer("judge", model="gpt-a"), scorer("old")))
    after = run(
        100, scorers=(scorer("exact", "2" * 12), scorer("judge", model="gpt-b")), trials=3, function="app.reply"
    )
    sides, first = exact([True] * 3), f"version {'0' * 12}"
    assert run_warnings(pair(sides, sides, [before, after])) == [
        "exact was scored by version 111111111111 and by version 222222222222, which may judge differently",
        f"judge was scored by {first} with gpt-a and by {first} with gpt-b, which may judge differently",
        "old was scored in the baseline's run alone",
        "rows were answered 1 and 3 times: a row is the mean of its trials",
        "other functions answered: app.answer and app.reply",
        (
            "the runs were made one after the other, 4 days apart: what changed meanwhile, such as a provider's model"
            " or the machine's load, is in their difference"
        ),
    ]


def scored(count: int) -> tuple[list[RowResult], list[RowResult]]:
    """Grades of two versions, with failures, latencies and costs of chance."""
    chance, sides = np.random.default_rng(3), []
    for better in (0, 0.4):
        results: list[RowResult] = []
        for number in range(count):
            name, took = f"r{number:03}", float(chance.lognormal(5, 1))
            scores = {"exact": bool(chance.random() < 0.5 + better / 2), "grade": float(chance.integers(0, 5)) + better}
            made = row(name, scores=scores, duration_ms=took, spent=paid(int(took), took / 1e4))
            results.append(failed(name) if chance.random() < 0.05 else made)
        sides.append(results)
    return sides[0], sides[1]


def mirrored(found: MetricComparison) -> tuple[Any, ...]:
    """What a metric says with the versions the other way round."""
    opposite = {Direction.BETTER: Direction.WORSE, Direction.WORSE: Direction.BETTER}
    assert found.difference is not None
    ends = found.difference.interval.reversed()
    estimate, p_value = -found.difference.estimate, found.difference.p_value
    return opposite.get(found.direction, found.direction), estimate, ends.low, ends.high, p_value


def told(found: MetricComparison) -> tuple[Any, ...]:
    assert found.difference is not None
    ends = found.difference.interval
    return found.direction, found.difference.estimate, ends.low, ends.high, found.difference.p_value


def test_swapped() -> None:
    """With the versions the other way round every verdict is mirrored, and no p-value is another."""
    before, after = scored(80)
    forth, back = compared(pair(before, after)), compared(pair(after, before))
    assert {metric.direction for metric in forth.metrics} >= {Direction.BETTER, Direction.NO_EVIDENCE}
    for metric in forth.metrics:
        assert mirrored(metric)[0] == told(back.of(metric.metric))[0]
        assert mirrored(metric)[1:] == pytest.approx(told(back.of(metric.metric))[1:])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order_of_rows(seed: int) -> None:
    """The order in which rows were answered changes no figure."""
    before, after = scored(80)
    chance = np.random.default_rng(seed)
    shuffled = [[side[place] for place in chance.permutation(len(side))] for side in (before, after)]
    assert compared(pair(shuffled[0], shuffled[1])) == compared(pair(before, after))


def test_names_of_rows() -> None:
    """Nor do the names of rows, though the rows are in another order by them."""
    before, after = scored(80)

    def renamed(results: Sequence[RowResult]) -> list[RowResult]:
        return [replace(each, row_id=each.row_id[::-1]) for each in results]

    found = compared(pair(renamed(before), renamed(after)))
    for metric in compared(pair(before, after)).metrics:
        direction, *figures = told(metric)
        assert told(found.of(metric.metric)) == (direction, *(pytest.approx(each) for each in figures))
