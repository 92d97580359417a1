"""Each method beside a reference: a worked example of its paper, or statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from verspan.comparison.corrections import holm
from verspan.comparison.looks import AnyLooks
from verspan.comparison.means import mean_difference, mean_of, paired_mean_difference
from verspan.comparison.model import Difference, Interval
from verspan.comparison.quantiles import quantile_difference
from verspan.comparison.rates import paired_rate_difference, rate_difference, wilson
from verspan.comparison.resampling import sign_flip_p
from verspan.comparison.samples import Pairs, Sample
from verspan.errors import InvalidArgumentError

GENERATOR = np.random.default_rng(11)
BEFORE, AFTER = GENERATOR.lognormal(0, 1, 60), GENERATOR.lognormal(0.3, 1.2, 90)


def yes_and_no(yes: int, count: int) -> list[float]:
    return [1.0] * yes + [0.0] * (count - yes)


def close(interval: Interval, low: float, high: float) -> bool:
    return (interval.low, interval.high) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(("yes", "count"), [(0, 10), (3, 10), (10, 10), (56, 70), (1, 1_000)])
def test_wilson(yes: int, count: int) -> None:
    """The interval of a rate is statsmodels'."""
    assert close(wilson(yes, count, 0.95), *proportion_confint(yes, count, 0.05, method="wilson"))


@pytest.mark.parametrize("sides", [((48, 80), (56, 70)), ((3, 10), (9, 10)), ((0, 20), (0, 30)), ((5, 500), (9, 400))])
def test_newcombe(sides: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """The interval of the difference of two rates is statsmodels'."""
    (old, before), (new, after) = sides
    found = rate_difference(Sample.of(yes_and_no(old, before)), Sample.of(yes_and_no(new, after)), 0.95)
    assert close(found.interval, *confint_proportions_2indep(new, after, old, before, method="newcomb"))


def test_newcombe_as_published() -> None:
    """56 of 70 against 48 of 80 is 0.2, between 0.0524 and 0.3339, as Newcombe's table II says."""
    found = rate_difference(Sample.of(yes_and_no(48, 80)), Sample.of(yes_and_no(56, 70)), 0.95)
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (0.0524, 0.3339)
    assert found.estimate == pytest.approx(0.2)


def test_mcnemar() -> None:
    """The p-value of paired rates is McNemar's exact one, and so is that of exchanging signs."""
    pairs = Pairs.of(yes_and_no(30, 50), [1.0] * 21 + [0.0] * 9 + [1.0] * 2 + [0.0] * 18)
    expected = mcnemar([[21, 9], [2, 18]], exact=True).pvalue
    found = paired_rate_difference(pairs, 0.95)
    assert found.p_value == pytest.approx(expected)
    assert sign_flip_p(pairs.differences) == pytest.approx(expected)
    assert (found.baseline, found.candidate) == (0.6, 0.46)
    assert found.interval.low < -0.14 < found.interval.high < 0


def test_welch() -> None:
    """The interval of a difference of means is Welch's."""
    found = mean_difference(Sample.of(BEFORE), Sample.of(AFTER), 0.95)
    expected = CompareMeans(DescrStatsW(AFTER), DescrStatsW(BEFORE)).tconfint_diff(usevar="unequal")
    assert close(found.interval, *expected)
    assert found.method == "Welch's t interval, studentised permutation test"


def test_paired_t() -> None:
    """The interval of a mean of differences is Student's."""
    found = paired_mean_difference(Pairs.of(BEFORE, AFTER[:60]), 0.95)
    assert close(found.interval, *DescrStatsW(AFTER[:60] - BEFORE).tconfint_mean())


def test_holm() -> None:
    """Corrected p-values are statsmodels', in the order they came."""
    given = [0.04, 0.001, 0.03, 0.9, 0.001]
    assert holm(given) == pytest.approx(list(multipletests(given, method="holm")[1]))
    assert holm([]) == []


def test_clusters_count_as_one_each() -> None:
    """Observations that repeat what their cluster says once are no more evidence than the cluster."""
    values = np.repeat(BEFORE, 10)
    clusters = np.repeat(np.arange(60), 10).tolist()
    one, ten = mean_of(Sample.of(BEFORE)), mean_of(Sample.of(values, clusters))
    assert ten.variance == pytest.approx(one.variance)
    assert ten.estimate == pytest.approx(one.estimate)
    assert ten.units == 60


def test_weights_stand_for_observations() -> None:
    """An observation of weight three moves the mean as three would."""
    weighted = mean_of(Sample.of([1.0, 5.0], weights=[3.0, 1.0]))
    assert weighted.estimate == mean_of(Sample.of([1.0, 1.0, 1.0, 5.0])).estimate == 2.0


def test_median_interval() -> None:
    """The interval of a median of a hundred goes from the 40th to the 61st, as the tables of order statistics say."""
    alone = Sample.of(np.arange(1.0, 101.0))
    same = quantile_difference(Sample.of([0.0] * 100), alone, 0.5, 0.95)
    assert (same.estimate, same.interval) == (50.0, Interval(40.0, 61.0))


def test_too_few_for_a_quantile() -> None:
    """Twenty observations say nothing of how large a 95th percentile may be, and that is told."""
    found = quantile_difference(Sample.of(BEFORE[:20]), Sample.of(AFTER[:20]), 0.95, 0.95)
    assert (found.enough, found.interval.high) == (False, float("inf"))


def test_the_same_p_value_again() -> None:
    """What is drawn is drawn with a fixed seed: the same data, the same figure."""
    first, second = (mean_difference(Sample.of(BEFORE), Sample.of(AFTER), 0.95).p_value for _ in range(2))
    assert first == second


def test_growing_data_need_more() -> None:
    """An interval that holds at every look is wider than one for a single look, and its p-value larger."""
    once = mean_difference(Sample.of(BEFORE), Sample.of(AFTER), 0.95)
    always = mean_difference(Sample.of(BEFORE), Sample.of(AFTER), 0.95, AnyLooks())
    assert always.interval.low < once.interval.low < once.interval.high < always.interval.high
    assert always.p_value > once.p_value


@pytest.mark.parametrize("quantile", [None, 0.5])
def test_no_spread(quantile: float | None) -> None:
    """Observations that are all alike are no difference, and one that all share is."""
    same, more = Sample.of([2.0] * 20), Sample.of([3.0] * 20)

    def compared(other: Sample) -> Difference:
        if quantile is None:
            return mean_difference(same, other, 0.95)
        return quantile_difference(same, other, quantile, 0.95)

    alike, apart = compared(same), compared(more)
    assert (alike.estimate, alike.p_value, alike.interval) == (0.0, 1.0, Interval(0.0, 0.0))
    assert (apart.estimate, apart.p_value < 0.001) == (1.0, True)


def test_bad_observations() -> None:
    """What is no finite number, or does not fit together, is refused with the way out."""
    with pytest.raises(InvalidArgumentError, match="leave out the rows that have none"):
        Sample.of([1.0, float("nan")])
    with pytest.raises(InvalidArgumentError, match="2 values, 1 clusters and 2 weights"):
        Sample.of([1.0, 2.0], clusters=["a"])
    with pytest.raises(InvalidArgumentError, match="a weight is a positive number"):
        Sample.of([1.0], weights=[0.0])
    with pytest.raises(InvalidArgumentError, match="there are 1 and 2"):
        Pairs.of([1.0], [1.0, 2.0])
