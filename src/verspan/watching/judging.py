"""Whether what has been seen is enough to say that a version may stay, or that it must go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from verspan.comparison.comparing import Metric, Statistic
from verspan.comparison.model import Comparison, Difference, Direction, MetricComparison
from verspan.comparison.traffic import TRAFFIC_METRICS
from verspan.evaluation.model import Goal
from verspan.gating.judging import judged
from verspan.gating.model import GateResult, Verdict
from verspan.gating.policy import Must, Policy
from verspan.watching.model import Judgement

_METRICS = {measured.metric.name: measured.metric for measured in TRAFFIC_METRICS}
_RAREST = 0.95
"""The highest quantile that has to be shown to be no worse; of those above there is never enough traffic in time."""


class Judge(Protocol):
    """Says what a comparison comes to."""

    def __call__(self, comparison: Comparison, *, over: bool) -> Judgement:
        """What it comes to; `over` says whether there will be another look, which may tell more."""
        ...


@dataclass(frozen=True)
class Margins:
    """How much worse a version may be and stay."""

    rate: float = 0.02
    """Of a rate, in absolute terms: 0.02 is two points in a hundred."""
    share: float = 0.1
    """Of anything else, as a share of the baseline's figure."""

    def of(self, metric: Metric, baseline: float) -> float:
        """How much worse a metric may be, in its own unit."""
        return self.rate if metric.statistic is Statistic.RATE else self.share * abs(baseline)


def without_policy(margins: Margins) -> Judge:
    """A judge who asks for no regression.

    It fails as soon as a metric is shown to be worse, unless it is shown as well to stay within its margin. It passes
    when error rate, latency (median and 95th percentile) and cost are all shown to stay within theirs.

    Args:
        margins: how much worse a metric may be.
    """

    def judge(comparison: Comparison, *, over: bool) -> Judgement:  # noqa: ARG001 - what is not shown is not shown
        pending = [found for found in comparison.metrics if not _within(found, margins)]
        worse = [found.metric for found in pending if found.direction is Direction.WORSE]
        if worse:
            return Judgement(Verdict.FAIL, f"{', '.join(worse)}: shown to be worse")
        open_ones = [found.metric for found in pending if _is_demanded(found)]
        if open_ones:
            return Judgement(Verdict.INCONCLUSIVE, f"not yet shown to be within the margin: {', '.join(open_ones)}")
        return Judgement(Verdict.PASS, "error rate, latency and cost are shown to be within the margin")

    return judge


def by_policy(policy: Policy) -> Judge:
    """A judge who goes by the policy of a gate, and fails when the gate does.

    It passes when every demand is shown to be met. One that is met for want of evidence (``must = "not regress"``
    without a margin), and what the policy makes of checks that show nothing, count when there is no further look.

    Args:
        policy: what is demanded.
    """
    patient = replace(policy, on_inconclusive=Verdict.INCONCLUSIVE)

    def judge(comparison: Comparison, *, over: bool) -> Judgement:
        found = judged(policy if over else patient, comparison)
        waiting = [] if over or found.verdict is not Verdict.PASS else _unshown(policy, comparison)
        if waiting:
            reason = f"nothing shows so far that it is worse, and time will tell: {', '.join(waiting)}"
            return Judgement(Verdict.INCONCLUSIVE, reason, found.checks)
        return Judgement(found.verdict, _told(found), found.checks)

    return judge


def _unshown(policy: Policy, comparison: Comparison) -> list[str]:
    """Metrics that pass for want of evidence that they are worse."""
    free = {name for name, each in policy.metrics.items() if each.must is Must.NOT_REGRESS and each.margin is None}
    unshown = (each.metric for each in comparison.metrics if each.direction is Direction.NO_EVIDENCE)
    return [name for name in unshown if name in free]


def _told(found: GateResult) -> str:
    if found.verdict is Verdict.PASS:
        return "the gate passes"
    checks = [check for check in found.checks if check.verdict is found.verdict]
    return "; ".join(f"{check.metric}, {check.demand}: {check.found}" for check in checks)


def _within(found: MetricComparison, margins: Margins) -> bool:
    """Whether the bad end of the interval is within the margin."""
    metric, difference = _METRICS.get(found.metric), found.difference
    if metric is None or difference is None or not difference.enough:
        return False
    return _worst(found.goal, difference) <= margins.of(metric, difference.baseline)


def _worst(goal: Goal, difference: Difference) -> float:
    """How much worse the interval allows it to be."""
    return difference.interval.high if goal is Goal.LOWER else -difference.interval.low


def _is_demanded(found: MetricComparison) -> bool:
    """Whether a pass needs it: a metric with a better and a worse that both versions have, but the rarest."""
    metric = _METRICS.get(found.metric)
    if metric is None or found.goal is Goal.NEITHER or found.difference is None:
        return False
    return metric.statistic is not Statistic.QUANTILE or metric.quantile <= _RAREST
