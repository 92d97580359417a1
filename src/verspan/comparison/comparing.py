"""From observations to verdicts: the method that fits a metric, the correction for many, and what may be concluded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from verspan.comparison.corrections import holm
from verspan.comparison.looks import ONE_LOOK, Looks
from verspan.comparison.means import mean_difference, paired_mean_difference
from verspan.comparison.model import Comparison, Difference, Direction, MetricComparison
from verspan.comparison.quantiles import quantile_difference
from verspan.comparison.rates import paired_rate_difference, rate_difference
from verspan.comparison.samples import Pairs, Sample
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal


class Statistic(str, Enum):
    """What of a metric's observations is compared."""

    MEAN = "mean"
    RATE = "rate"
    """Of observations of 0 and 1."""
    QUANTILE = "quantile"


@dataclass(frozen=True)
class Metric:
    """What is compared, and which way it is better."""

    name: str
    statistic: Statistic = Statistic.MEAN
    goal: Goal = Goal.HIGHER
    unit: str = ""
    quantile: float = 0.5
    """Which, where it is one."""


@dataclass(frozen=True)
class Evidence:
    """What there is of a metric: two samples, or pairs of the same rows."""

    metric: Metric
    baseline: Sample
    candidate: Sample
    pairs: Pairs | None = None
    """The rows that both versions have; where there are some, they alone are compared."""
    note: str | None = None


@dataclass(frozen=True)
class Design:
    """How sure a comparison has to be, and how often it will be looked at."""

    alpha: float = 0.05
    looks: Looks = field(default=ONE_LOOK)

    def __post_init__(self) -> None:
        """Refuse an alpha that is no share.

        Raises:
            InvalidArgumentError: it is none.
        """
        if not 0 < self.alpha < 1:
            raise InvalidArgumentError(f"alpha is between 0 and 1, such as 0.05, and not {self.alpha}")


CORRECTION = "Holm"


def compare_evidence(
    baseline: str, candidate: str, evidence: Sequence[Evidence], design: Design, warnings: Sequence[str] = ()
) -> Comparison:
    """Compare two versions by everything that was observed of them.

    Args:
        baseline: the version that the other is compared with.
        candidate: the version that is judged.
        evidence: by metric.
        design: how sure to be.
        warnings: what keeps the numbers from being about the change alone.
    """
    differences = {each.metric.name: _difference(each, design) for each in evidence}
    adjusted = _adjusted(differences)
    metrics = [_judged(each, differences[each.metric.name], adjusted, design) for each in evidence]
    return Comparison(baseline, candidate, metrics, design.alpha, CORRECTION, warnings)


def _difference(evidence: Evidence, design: Design) -> Difference | None:
    metric, confidence = evidence.metric, 1 - design.alpha
    if evidence.pairs is not None and metric.statistic is not Statistic.QUANTILE:
        if not len(evidence.pairs):
            return None
        binary = metric.statistic is Statistic.RATE and evidence.pairs.is_binary
        return (paired_rate_difference if binary else paired_mean_difference)(evidence.pairs, confidence)
    baseline, candidate = evidence.baseline, evidence.candidate
    if not (len(baseline) and len(candidate)):
        return None
    if metric.statistic is Statistic.QUANTILE:
        return quantile_difference(baseline, candidate, metric.quantile, confidence, design.looks)
    binary = metric.statistic is Statistic.RATE and baseline.is_binary and candidate.is_binary
    return (rate_difference if binary else mean_difference)(baseline, candidate, confidence, design.looks)


def _adjusted(differences: Mapping[str, Difference | None]) -> Mapping[str, float]:
    """Corrected p-values of what is tested: a metric with too few observations claims nothing and costs nothing."""
    tested = {name: found.p_value for name, found in differences.items() if found is not None and found.enough}
    return dict(zip(tested, holm(list(tested.values())), strict=True))


def _judged(
    evidence: Evidence, difference: Difference | None, adjusted: Mapping[str, float], design: Design
) -> MetricComparison:
    metric = evidence.metric
    p_value = adjusted.get(metric.name)
    return MetricComparison(
        metric=metric.name,
        unit=metric.unit,
        goal=metric.goal,
        difference=difference,
        direction=_direction(metric.goal, difference, p_value, design.alpha),
        adjusted_p=p_value,
        note=evidence.note,
    )


def _direction(goal: Goal, difference: Difference | None, adjusted_p: float | None, alpha: float) -> Direction:
    if difference is None or adjusted_p is None:
        return Direction.TOO_FEW
    if adjusted_p > alpha:
        return Direction.NO_EVIDENCE
    if goal is Goal.NEITHER:
        return Direction.CHANGED
    return Direction.BETTER if (difference.estimate > 0) is (goal is Goal.HIGHER) else Direction.WORSE
