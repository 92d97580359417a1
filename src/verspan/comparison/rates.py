"""Rates and their differences, where each observation is yes or no."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from verspan.comparison.looks import ONE_LOOK, Looks
from verspan.comparison.means import FEWEST_PAIRS, FEWEST_UNITS, mean_difference
from verspan.comparison.model import Difference, Effect, Interval
from verspan.comparison.samples import Pairs, Sample

_FEWEST_EXPECTED = 5  # in a cell, below which the chi-squared approximation is not to be relied on (Cochran 1954)


def wilson(successes: float, count: float, confidence: float) -> Interval:
    """Wilson's score interval of a rate (1927).

    Args:
        successes: how many observations are yes.
        count: how many there are; more than 0.
        confidence: such as 0.95.
    """
    z2 = float(stats.norm.ppf((1 + confidence) / 2)) ** 2
    rate = successes / count
    middle = (rate + z2 / (2 * count)) / (1 + z2 / count)
    width = math.sqrt(z2 * (rate * (1 - rate) + z2 / (4 * count)) / count) / (1 + z2 / count)
    # At the ends they are 0 and 1 but for the arithmetic.
    return Interval(0.0 if successes == 0 else middle - width, 1.0 if successes == count else middle + width)


def rate_difference(baseline: Sample, candidate: Sample, confidence: float, looks: Looks = ONE_LOOK) -> Difference:
    """The difference of two rates, each observation of one version alone.

    The interval is Newcombe's hybrid of two Wilson intervals ("Interval estimation for the difference between
    independent proportions", 1998, method 10); the p-value Fisher's exact test where a cell expects fewer than five,
    else the chi-squared test. Clustered or weighted observations, and data that grow, are compared as means are.

    Args:
        baseline: observations of 0 or 1; at least one.
        candidate: likewise.
        confidence: of the interval, such as 0.95.
        looks: how often the data will be looked at.
    """
    if looks is not ONE_LOOK or not (baseline.is_plain and candidate.is_plain):
        return mean_difference(baseline, candidate, confidence, looks)
    yes, counts = (int(baseline.values.sum()), int(candidate.values.sum())), (len(baseline), len(candidate))
    before, after = (each / count for each, count in zip(yes, counts, strict=True))
    sides = wilson(yes[0], counts[0], confidence), wilson(yes[1], counts[1], confidence)
    p_value, test = _independence(yes, counts)
    return Difference(
        baseline=before,
        candidate=after,
        estimate=after - before,
        interval=_hybrid(before, after, *sides),
        confidence=confidence,
        p_value=p_value,
        rows=counts,
        units=counts,
        method=f"Newcombe's hybrid score interval, {test}",
        effect=_cohens_h(before, after),
        enough=min(counts) >= FEWEST_UNITS,
        sides=sides,
    )


def paired_rate_difference(pairs: Pairs, confidence: float) -> Difference:
    """The difference of the rates of the same rows: McNemar's exact test, and Newcombe's interval for pairs.

    Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired data"
    (1998), method 10.

    Args:
        pairs: rows of 0 or 1 under both versions; at least one.
        confidence: of the interval, such as 0.95.
    """
    count = len(pairs)
    yes = int(pairs.baseline.sum()), int(pairs.candidate.sum())
    lost = int(((pairs.baseline == 1) & (pairs.candidate == 0)).sum())
    gained = int(((pairs.baseline == 0) & (pairs.candidate == 1)).sum())
    before, after = yes[0] / count, yes[1] / count
    sides = wilson(yes[0], count, confidence), wilson(yes[1], count, confidence)
    together = _correlation(yes[0] - lost, lost, gained, count - yes[0] - gained)
    return Difference(
        baseline=before,
        candidate=after,
        estimate=after - before,
        interval=_hybrid(before, after, *sides, together),
        confidence=confidence,
        p_value=float(stats.binomtest(gained, lost + gained).pvalue) if lost + gained else 1.0,
        rows=(count, count),
        units=(count, count),
        method="Newcombe's score interval for pairs, McNemar's exact test",
        effect=_cohens_h(before, after),
        enough=count >= FEWEST_PAIRS,
        sides=sides,
    )


def _hybrid(before: float, after: float, low: Interval, high: Interval, together: float = 0.0) -> Interval:
    """The interval of after minus before, out of theirs.

    Args:
        before: a rate.
        after: another.
        low: the interval of the first.
        high: of the second.
        together: how far they go together, from -1 to 1; 0 where they are of other observations.
    """
    down = _apart(after - high.low, low.high - before, together)
    up = _apart(high.high - after, before - low.low, together)
    return Interval(after - before - down, after - before + up)


def _apart(one: float, other: float, together: float) -> float:
    return math.sqrt(max(0.0, one**2 - 2 * together * one * other + other**2))


def _correlation(both: int, lost: int, gained: int, neither: int) -> float:
    """The correlation of pairs, brought nearer to zero where they go together, as the method says."""
    count = both + lost + gained + neither
    margins = (both + lost) * (gained + neither) * (both + gained) * (lost + neither)
    cross = both * neither - lost * gained
    if cross > 0:
        cross = max(cross - count / 2, 0)  # type: ignore[assignment]  # halves from here on
    return cross / math.sqrt(margins) if margins else 0.0


def _independence(yes: tuple[int, int], counts: tuple[int, int]) -> tuple[float, str]:
    """The p-value of one rate in both, and the test's name."""
    table = np.array([[each, count - each] for each, count in zip(yes, counts, strict=True)])
    total, successes = sum(counts), sum(yes)
    expected = min(counts) * min(successes, total - successes) / total
    if expected < _FEWEST_EXPECTED:
        return float(stats.fisher_exact(table).pvalue), "Fisher's exact test"
    return float(stats.chi2_contingency(table, correction=False).pvalue), "chi-squared test"


def _cohens_h(before: float, after: float) -> Effect:
    return Effect(2 * (math.asin(math.sqrt(after)) - math.asin(math.sqrt(before))), "Cohen's h")
