"""What comes of the demands on one metric."""

from __future__ import annotations

import math
from collections.abc import Iterator

from verspan.comparison.model import Difference, Direction, Interval, MetricComparison
from verspan.comparison.words import change, figure
from verspan.evaluation.model import Goal
from verspan.gating.model import CheckResult, Verdict
from verspan.gating.policy import MetricDemands, Must, Quantity
from verspan.gating.units import in_unit_of

_REASONS = {
    Verdict.PASS: "All of the interval meets it.",
    Verdict.FAIL: "All of the interval misses it.",
    Verdict.INCONCLUSIVE: "The interval has the bound inside: more rows would tell.",
}
_BY_DIRECTION = {
    Must.NOT_REGRESS: {
        Direction.WORSE: (Verdict.FAIL, "It is shown to be worse."),
        Direction.BETTER: (Verdict.PASS, "It is shown to be better."),
        Direction.NO_EVIDENCE: (
            Verdict.PASS,
            "Nothing shows that it is worse; how much worse it may be all the same is what the interval says.",
        ),
    },
    Must.IMPROVE: {
        Direction.WORSE: (Verdict.FAIL, "It is shown to be worse."),
        Direction.BETTER: (Verdict.PASS, "It is shown to be better."),
        Direction.NO_EVIDENCE: (Verdict.INCONCLUSIVE, "Nothing shows that it is better or worse."),
    },
}


def metric_checks(metric: MetricComparison, demands: MetricDemands) -> Iterator[CheckResult]:
    """A check for each demand.

    Raises:
        InvalidArgumentError: a bound is in another unit than the metric.
    """
    if demands.must is not None:
        yield _must(metric, demands.must, demands.margin)
    if demands.at_most is not None:
        yield _bound(metric, demands.at_most, "at most")
    if demands.at_least is not None:
        yield _bound(metric, demands.at_least, "at least")
    if demands.max_increase is not None:
        yield _share(metric, demands.max_increase, "increase")
    if demands.max_decrease is not None:
        yield _share(metric, demands.max_decrease, "decrease")


def _must(metric: MetricComparison, must: Must, margin: Quantity | None) -> CheckResult:
    words = {Must.NOT_REGRESS: "not regress by more than", Must.IMPROVE: "improve by at least"}
    demand = must.value if margin is None else f"{words[must]} {margin}"
    allowed = None if margin is None else in_unit_of(metric, margin)
    difference = metric.difference
    if difference is None or metric.direction is Direction.TOO_FEW:
        return _too_few(metric, demand)
    found = _of_difference(metric, difference)
    if metric.goal is Goal.NEITHER:
        reason = "The metric has no better and no worse: bound it by at_most, at_least, max_increase or max_decrease."
        return CheckResult(metric.metric, Verdict.INCONCLUSIVE, demand, found, reason)
    if allowed is None:
        verdict, reason = _BY_DIRECTION[must][metric.direction]
        return CheckResult(metric.metric, verdict, demand, found, reason)
    gain = difference.interval if metric.goal is Goal.HIGHER else difference.interval.reversed()
    verdict = _within(gain, low=-allowed if must is Must.NOT_REGRESS else allowed)
    return CheckResult(metric.metric, verdict, demand, found, _REASONS[verdict])


def _bound(metric: MetricComparison, bound: Quantity, side: str) -> CheckResult:
    demand, number = f"{side} {bound}", in_unit_of(metric, bound)
    difference = metric.difference
    if difference is None or difference.sides is None or not difference.enough:
        return _too_few(metric, demand)
    interval = difference.sides[1]
    verdict = _within(interval, high=number) if side == "at most" else _within(interval, low=number)
    ends = f"{figure(metric, interval.low)} to {figure(metric, interval.high)}"
    found = f"{figure(metric, difference.candidate)} ({ends}; {_counted(difference.rows[1])})"
    return CheckResult(metric.metric, verdict, demand, found, _REASONS[verdict])


def _share(metric: MetricComparison, most: float, way: str) -> CheckResult:
    """Whether the figure grows, or shrinks, by no more than a share of the baseline's."""
    demand, difference = f"{way} by at most {100 * most:g} %", metric.difference
    if difference is None or difference.sides is None or not difference.enough:
        return _too_few(metric, demand)
    found = _of_difference(metric, difference)
    if difference.baseline < 0:
        reason = "A share of a baseline below zero says nothing: bound it by margin, at_most or at_least."
        return CheckResult(metric.metric, Verdict.INCONCLUSIVE, demand, found, reason)
    moved = difference.interval if way == "increase" else difference.interval.reversed()
    verdict = _within(_beyond_share(moved, difference.sides[0], most), high=0)
    return CheckResult(metric.metric, verdict, demand, found, _REASONS[verdict])


def _beyond_share(moved: Interval, baseline: Interval, share: float) -> Interval:
    """Where the difference less a share of the baseline lies.

    The widths of both add up, which is as much as their errors may come to however they go together: a standard error
    of a sum is at most the sum of the standard errors.
    """
    if not share:
        return moved
    return Interval(moved.low - share * baseline.high, moved.high - share * baseline.low)


def _within(interval: Interval, low: float = -math.inf, high: float = math.inf) -> Verdict:
    if low <= interval.low and interval.high <= high:
        return Verdict.PASS
    return Verdict.FAIL if interval.high < low or interval.low > high else Verdict.INCONCLUSIVE


def _of_difference(metric: MetricComparison, difference: Difference) -> str:
    interval, baseline = difference.interval, difference.baseline
    share = f", {difference.estimate / baseline:+.1%}" if baseline > 0 and metric.unit else ""
    ends = f"{change(metric, interval.low)} to {change(metric, interval.high)}"
    return f"{change(metric, difference.estimate)}{share} ({ends}; {_counted(difference.rows[1])})"


def _counted(rows: int) -> str:
    return f"{rows} row{'' if rows == 1 else 's'}"


def _too_few(metric: MetricComparison, demand: str) -> CheckResult:
    rows = (0, 0) if metric.difference is None else metric.difference.rows
    found = f"{rows[0]} and {rows[1]} rows"
    return CheckResult(metric.metric, Verdict.INCONCLUSIVE, demand, found, "They are too few to tell anything.")
