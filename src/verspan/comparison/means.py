"""Differences of means: of two samples, clustered and weighted or not, and of pairs."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from verspan.comparison.looks import ONE_LOOK, Looks
from verspan.comparison.model import Difference, Effect, Interval
from verspan.comparison.resampling import exchange_p, sign_flip_p
from verspan.comparison.samples import Floats, Pairs, Sample

FEWEST_UNITS = 10
"""Of each version, below which two samples say nothing that can be relied on."""
FEWEST_PAIRS = 6
"""With fewer not even a change of every row in one direction is evidence: two in 32 come about by chance."""
_EXCHANGED_UP_TO = 1_000  # units of both together, beyond which Student's t is as good and a thousand times faster
_FLIPPED_UP_TO = 2_000  # likewise pairs


class _Mean(NamedTuple):
    """A mean with what is known of its error."""

    estimate: float
    variance: float
    units: int


def mean_of(sample: Sample) -> _Mean:
    """The weighted mean of a sample, and its variance by the delta method over clusters.

    For observations that stand for themselves that is the squared standard error of every textbook. Deng, Knoblich and
    Lu, "Applying the Delta method in metric analytics" (2018), section 3.
    """
    sums, sizes = sample.totals()
    mean, units = float(sums.sum() / sizes.sum()), len(sums)
    if units < 2:  # noqa: PLR2004 - one unit does not vary
        return _Mean(mean, math.inf, units)
    left = sums - mean * sizes
    return _Mean(mean, float(units / (units - 1) * (left**2).sum() / sizes.sum() ** 2), units)


def mean_difference(baseline: Sample, candidate: Sample, confidence: float, looks: Looks = ONE_LOOK) -> Difference:
    """The difference of two means, each observation of one version alone.

    The interval is Welch's, with the units in place of observations where these are clustered. The p-value comes from
    exchanging units where they are few.

    Args:
        baseline: one version's observations; at least one.
        candidate: the other's; likewise.
        confidence: of the interval, such as 0.95.
        looks: how often the data will be looked at.
    """
    before, after = mean_of(baseline), mean_of(candidate)
    estimate, variance = after.estimate - before.estimate, before.variance + after.variance
    units, freedom = before.units + after.units, _freedom(before, after)
    return Difference(
        baseline=before.estimate,
        candidate=after.estimate,
        estimate=estimate,
        interval=_around(estimate, variance, looks.multiple(1 - confidence, units, freedom)),
        confidence=confidence,
        p_value=exchange_p(baseline.totals(), candidate.totals())
        if _exchanged(baseline, candidate, looks)
        else _p_value(estimate, variance, looks, units, freedom),
        rows=(len(baseline), len(candidate)),
        units=(before.units, after.units),
        method=_method(baseline, candidate, looks),
        effect=Effect(_hedges_g(baseline.values, candidate.values, estimate), "Hedges' g"),
        enough=min(before.units, after.units) >= FEWEST_UNITS,
        sides=(_of_mean(before, confidence, looks), _of_mean(after, confidence, looks)),
    )


def paired_mean_difference(pairs: Pairs, confidence: float) -> Difference:
    """The mean difference of pairs: Student's t for the interval, exchanged signs for the p-value.

    Args:
        pairs: rows under both versions; at least one.
        confidence: of the interval, such as 0.95.
    """
    differences = pairs.differences
    count, estimate = len(pairs), float(differences.mean())
    spread = float(differences.std(ddof=1)) if count > 1 else math.inf
    multiple = float(stats.t.ppf((1 + confidence) / 2, max(count - 1, 1)))
    few = count <= _FLIPPED_UP_TO
    return Difference(
        baseline=float(pairs.baseline.mean()),
        candidate=float(pairs.candidate.mean()),
        estimate=estimate,
        interval=_around(estimate, spread**2 / count, multiple),
        confidence=confidence,
        p_value=sign_flip_p(differences) if few else _p_value(estimate, spread**2 / count, ONE_LOOK, count, count - 1),
        rows=(count, count),
        units=(count, count),
        method="paired t interval, " + ("sign-flip permutation test" if few else "t test"),
        effect=Effect(estimate / spread if 0 < spread < math.inf else 0.0, "Cohen's d of differences"),
        enough=count >= FEWEST_PAIRS,
        sides=(
            _of_mean(mean_of(Sample.of(pairs.baseline)), confidence, ONE_LOOK),
            _of_mean(mean_of(Sample.of(pairs.candidate)), confidence, ONE_LOOK),
        ),
    )


def _of_mean(mean: _Mean, confidence: float, looks: Looks) -> Interval:
    """Where a mean lies."""
    return _around(mean.estimate, mean.variance, looks.multiple(1 - confidence, mean.units, max(mean.units - 1, 1)))


def _exchanged(baseline: Sample, candidate: Sample, looks: Looks) -> bool:
    """Whether the p-value comes from exchanging units."""
    few = baseline.units + candidate.units <= _EXCHANGED_UP_TO
    return looks is ONE_LOOK and few and min(baseline.units, candidate.units) > 1


def _p_value(estimate: float, variance: float, looks: Looks, units: int, freedom: float) -> float:
    if not variance:
        return 1.0 if not estimate else 0.0
    return looks.p_value(estimate / math.sqrt(variance), units, freedom)


def _freedom(before: _Mean, after: _Mean) -> float:
    """Welch's and Satterthwaite's degrees of freedom."""
    parts = [(mean.variance, mean.units - 1) for mean in (before, after)]
    if any(not freedom or math.isinf(variance) for variance, freedom in parts):
        return 1.0
    below = sum(variance**2 / freedom for variance, freedom in parts)
    return sum(variance for variance, _ in parts) ** 2 / below if below else float(sum(free for _, free in parts))


def _around(estimate: float, variance: float, multiple: float) -> Interval:
    width = multiple * math.sqrt(variance)
    return Interval(estimate - width, estimate + width)


def _method(baseline: Sample, candidate: Sample, looks: Looks) -> str:
    plain = baseline.is_plain and candidate.is_plain
    interval = "Welch's t interval" if plain else "delta-method t interval over clusters"
    if looks is not ONE_LOOK:
        return f"delta-method interval{looks.name}"
    return interval + (", studentised permutation test" if _exchanged(baseline, candidate, looks) else "")


def _hedges_g(before: Floats, after: Floats, estimate: float) -> float:
    """The difference in pooled standard deviations, corrected for few observations (Hedges 1981)."""
    freedom = len(before) + len(after) - 2
    if freedom < 1:
        return 0.0
    squares = [float(((values - values.mean()) ** 2).sum()) for values in (before, after)]
    spread = math.sqrt(sum(squares) / freedom)
    return float(np.float64(estimate) / spread * (1 - 3 / (4 * freedom - 1))) if spread else 0.0
