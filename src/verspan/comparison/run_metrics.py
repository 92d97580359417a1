"""What runs are compared by: every score, failures, latency, tokens and cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean
from typing import Any

from verspan.assessments.model import Feedback
from verspan.comparison.comparing import Metric, Statistic
from verspan.comparison.runs import Measure, RunPair
from verspan.evaluation.model import Goal, RowResult, Spent

MOST_CATEGORIES = 10
"""More values than these are no categories but texts, of which no rate says anything."""
FAILURE_RATE = "failure rate"


@dataclass(frozen=True)
class RowMetric:
    """A metric of runs, and what of an answer it is."""

    metric: Metric
    measure: Measure
    without: str
    """What is said of rows that have no such figure."""
    score: str | None = None
    """The score that it is of; None where it is measured."""


def run_metrics(pair: RunPair) -> list[RowMetric]:
    """Everything that two runs can be compared by. What no answer of either took is not among it."""
    scores = list(score_metrics(pair))
    called = any(result.spent.calls for result in pair.results)
    judged = any(result.judging.calls for result in pair.results)
    measured = [_FAILURES, *_LATENCIES, *(_SPENDING if called else ()), *([_JUDGING] if judged else ())]
    taken = {each.metric.name for each in measured}
    return [*(_apart(each) if each.metric.name in taken else each for each in scores), *measured]


def score_metrics(pair: RunPair) -> Iterator[RowMetric]:
    """Each score by its name: yes or no as a rate, numbers as a mean, and a rate for each of a few categories."""
    for name, values in _values_by_name(pair):
        numbers = [value for value in values if isinstance(value, (bool, int, float))]
        if numbers:
            rate = all(isinstance(value, bool) for value in numbers)
            statistic = Statistic.RATE if rate else Statistic.MEAN
            yield _score(name, Metric(name, statistic, _goal(pair, name)), _number)
        categories = _categories(values)
        for category in categories if len(categories) <= MOST_CATEGORIES else ():
            metric = Metric(f"{name}/{category}", Statistic.RATE, Goal.NEITHER)
            yield _score(name, metric, partial(_is, category))


def not_compared(pair: RunPair) -> list[str]:
    """A sentence for each score that no method here compares."""
    found = []
    for name, values in _values_by_name(pair):
        categories = len(_categories(values))
        if categories > MOST_CATEGORIES:
            found.append(f"{name} is not compared: it has {categories} different texts, which are no categories")
        elif any(isinstance(value, (list, dict)) for value in values):
            found.append(f"{name} is not compared where it is a list or a mapping")
    return found


def failed_scores(results: Sequence[RowResult], name: str) -> int:
    """How many scores of a name failed."""
    return sum(score.name == name and _value(score) is None for result in results for score in result.scores)


def _values_by_name(pair: RunPair) -> list[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for score in (score for result in pair.results if result.failure is None for score in result.scores):
        found.setdefault(score.name, []).append(_value(score))
    order = {scorer.name: place for place, scorer in reversed(list(enumerate(pair.candidate.run.scorers)))}
    return sorted(found.items(), key=lambda each: (order.get(each[0], len(order)), each[0]))


def _categories(values: Sequence[Any]) -> list[str]:
    return sorted({value for value in values if isinstance(value, str)})


def _goal(pair: RunPair, name: str) -> Goal:
    """Which way a score is better: as its scorer says, else as all scorers agree."""
    records = [scorer for run in (pair.candidate.run, pair.baseline.run) for scorer in run.scorers]
    named = [scorer.goal for scorer in records if scorer.name == name]
    agreed = {scorer.goal for scorer in records}
    return named[0] if named else agreed.pop() if len(agreed) == 1 else Goal.NEITHER


def _score(name: str, metric: Metric, figure: Callable[[Any], float | None]) -> RowMetric:
    def measure(result: RowResult) -> float | None:
        values = [figure(_value(score)) for score in result.scores if score.name == name]
        known = [value for value in values if value is not None]
        return fmean(known) if known and result.failure is None else None

    return RowMetric(metric, measure, "have no such score under both", name)


def _apart(found: RowMetric) -> RowMetric:
    """A score that is named like what is measured anyway, under a name of its own."""
    return replace(found, metric=replace(found.metric, name=f"{found.metric.name} (score)"))


def _value(score: Feedback) -> Any:
    """The value of a score; None where it failed, or where it is no finite number."""
    infinite = isinstance(score.value, float) and not math.isfinite(score.value)
    return None if score.error is not None or infinite else score.value


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (bool, int, float)) else None


def _is(category: str, value: Any) -> float | None:
    return float(value == category) if isinstance(value, str) else None


def _latency(result: RowResult) -> float | None:
    return None if result.cached or result.failure is not None else result.duration_ms


def _cost(spent: Spent) -> float | None:
    return None if spent.unpriced_calls else spent.cost_usd or 0.0


def _paid(figure: Callable[[Spent], float | None]) -> Measure:
    """Of what an answer took, unless it is an earlier one's that took nothing now."""
    return lambda result: None if result.cached else figure(result.spent)


_FAILURES = RowMetric(
    Metric(FAILURE_RATE, Statistic.RATE, Goal.LOWER), lambda result: float(result.failure is not None), "are not there"
)
_LATENCIES = [
    RowMetric(
        Metric(f"latency p{share:.0f}", Statistic.QUANTILE, Goal.LOWER, "ms", share / 100),
        _latency,
        "have no answer that was made now under both",
    )
    for share in (50, 95, 99)
]
_SPENDING = [
    RowMetric(
        Metric("input tokens", goal=Goal.NEITHER, unit="token"),
        _paid(lambda spent: spent.input_tokens),
        "have no answer that was paid for now under both",
    ),
    RowMetric(
        Metric("output tokens", goal=Goal.NEITHER, unit="token"),
        _paid(lambda spent: spent.output_tokens),
        "have no answer that was paid for now under both",
    ),
    RowMetric(
        Metric("cost", goal=Goal.LOWER, unit="USD"),
        _paid(_cost),
        "have calls whose price is not known, or an answer that was not paid for now",
    ),
]
_JUDGING = RowMetric(
    Metric("judging cost", goal=Goal.NEITHER, unit="USD"),
    lambda result: _cost(result.judging),
    "have judges' calls whose price is not known",
)
