"""Differences of quantiles, such as the 95th percentile of a latency.

The interval of a quantile is Woodruff's ("Confidence intervals for medians and other position measures", 1952): the
values at the ranks between which the share of smaller values lies. Two of them make the interval of the difference by
the method of variance estimates recovery (Zou and Donner, "Construction of confidence limits about effect measures",
2008), and the p-value is that at which it first excludes zero. Nothing is assumed of how latencies are distributed.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from verspan.comparison.looks import ONE_LOOK, Looks
from verspan.comparison.means import mean_of
from verspan.comparison.model import Difference, Interval
from verspan.comparison.samples import Floats, Integers, Sample

_STEPS = 30  # of the search for a p-value, each of which halves what is left: to a billionth
_SMALLEST_P = 1e-9


def quantile_difference(
    baseline: Sample, candidate: Sample, quantile: float, confidence: float, looks: Looks = ONE_LOOK
) -> Difference:
    """The difference of a quantile.

    Args:
        baseline: one version's observations; at least one.
        candidate: the other's; likewise.
        quantile: which, between 0 and 1.
        confidence: of the interval, such as 0.95.
        looks: how often the data will be looked at.
    """
    before, after = _Ranked(baseline, quantile, looks), _Ranked(candidate, quantile, looks)
    interval = _recovered(before, after, 1 - confidence)
    return Difference(
        baseline=before.estimate,
        candidate=after.estimate,
        estimate=after.estimate - before.estimate,
        interval=interval,
        confidence=confidence,
        p_value=_p_value(before, after),
        rows=(len(baseline), len(candidate)),
        units=(baseline.units, candidate.units),
        method="Woodruff's intervals, combined by MOVER" + looks.name,
        enough=math.isfinite(interval.low) and math.isfinite(interval.high),
        sides=(before.interval(1 - confidence), after.interval(1 - confidence)),
    )


class _Ranked:
    """A sample in order, and one of its quantiles."""

    def __init__(self, sample: Sample, quantile: float, looks: Looks) -> None:
        order: Integers = np.argsort(sample.values, kind="stable")
        self._values: Floats = sample.values[order]
        weights = sample.weights[order]
        self._shares: Floats = weights.cumsum() / weights.sum()
        self._quantile = quantile
        self._looks = looks
        self._sample = sample
        self.estimate = self._at(quantile)
        self._exact = looks is ONE_LOOK and sample.is_plain
        if not self._exact:
            below = Sample((sample.values <= self.estimate).astype(np.float64), sample.clusters, sample.weights)
            self._error, self._units = math.sqrt(mean_of(below).variance), below.units

    def interval(self, alpha: float) -> Interval:
        """Where the quantile lies; an end for which there are too few values is infinite."""
        if self._exact:
            count = len(self._values)
            low, high = (float(stats.binom.ppf(share, count, self._quantile)) for share in (alpha / 2, 1 - alpha / 2))
            return Interval(
                float(self._values[int(low) - 1]) if low >= 1 else -math.inf,
                float(self._values[int(high)]) if high < count else math.inf,
            )
        width = self._error * self._looks.multiple(alpha, self._units, max(self._units - 1, 1))
        low, high = self._quantile - width, self._quantile + width
        return Interval(self._at(low) if low > 0 else -math.inf, self._at(high) if high < 1 else math.inf)

    def _at(self, share: float) -> float:
        """The smallest value that a share of all does not exceed."""
        place = int(np.searchsorted(self._shares, share * (1 - 1e-12)))
        return float(self._values[min(place, len(self._values) - 1)])


def _recovered(before: _Ranked, after: _Ranked, alpha: float) -> Interval:
    old, new = before.interval(alpha), after.interval(alpha)
    difference = after.estimate - before.estimate
    return Interval(
        difference - math.hypot(after.estimate - new.low, old.high - before.estimate),
        difference + math.hypot(new.high - after.estimate, before.estimate - old.low),
    )


def _p_value(before: _Ranked, after: _Ranked) -> float:
    """The largest alpha at which the interval still has zero in it."""
    low, high = _SMALLEST_P, 1.0
    if _recovered(before, after, low).excludes_zero:
        return low
    for _ in range(_STEPS):
        middle = math.sqrt(low * high)
        if _recovered(before, after, middle).excludes_zero:
            high = middle
        else:
            low = middle
    return high if after.estimate != before.estimate else 1.0
