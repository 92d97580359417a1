"""Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from verspan.agreement.model import Estimate, Value, distance, is_number
from verspan.comparison.model import Interval

_DRAWS = 1_000
_SEED = 20_040_601
_ROUNDING = 1e-12


def krippendorffs_alpha(units: Sequence[Sequence[Value]], confidence: float) -> Estimate | None:
    """How far any number of raters agree beyond chance, each of whom may have judged some units only.

    Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): for numbers with the interval metric, else with
    the nominal one. The interval is that of the percentiles of 1,000 samples of the units, drawn with a fixed seed.

    Args:
        units: the values that raters gave each unit; units with fewer than two count nothing.
        confidence: of the interval.

    Returns:
        None where no unit has two values, or all values are the same.
    """
    pairable = [values for values in units if len(values) > 1]
    if not pairable:
        return None
    categories = sorted({value for values in pairable for value in values}, key=repr)
    position = {value: number for number, value in enumerate(categories)}
    apart = np.array([[distance(one, other) ** 2 for other in categories] for one in categories])
    counts = np.zeros((len(pairable), len(categories)))
    for unit, values in enumerate(pairable):
        for value in values:
            counts[unit, position[value]] += 1
    alpha = _alpha(counts, apart)
    if alpha is None:
        return None
    metric = "interval" if all(map(is_number, categories)) else "nominal"
    interval = _interval(counts, apart, confidence) if alpha < 1 else None
    return Estimate(alpha, interval, f"Krippendorff's alpha, {metric} metric")


def _alpha(counts: NDArray[np.float64], apart: NDArray[np.float64]) -> float | None:
    """One less the disagreement that there is over the one that is to be expected."""
    sizes = counts.sum(axis=1)
    observed = (np.einsum("ui,ij,uj->u", counts, apart, counts) / (sizes - 1)).sum()
    totals = counts.sum(axis=0)
    expected = float(totals @ apart @ totals) / (totals.sum() - 1)
    return None if expected < _ROUNDING else float(1 - observed / expected)


def _interval(counts: NDArray[np.float64], apart: NDArray[np.float64], confidence: float) -> Interval | None:
    draw = np.random.default_rng(_SEED)
    units = len(counts)
    drawn = [_alpha(counts[draw.integers(0, units, units)], apart) for _ in range(_DRAWS)]
    found = [each for each in drawn if each is not None]
    if units == 1 or not found:
        return None
    low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))
