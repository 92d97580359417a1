"""Observations sorted by what a point stands for, a few bytes each."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from verspan.comparison.comparing import Metric, Statistic
from verspan.comparison.looks import ONE_LOOK
from verspan.comparison.means import mean_of
from verspan.comparison.model import Interval
from verspan.comparison.quantiles import quantile_difference
from verspan.comparison.rates import wilson
from verspan.comparison.samples import Sample

Key = str | int
"""A version's id, or when a stretch began."""


@dataclass
class Gathered:
    """The observations behind one point."""

    _values: array[float] = field(default_factory=lambda: array("d"))
    _weights: array[float] = field(default_factory=lambda: array("d"))
    _clusters: list[str] = field(default_factory=list)

    def add(self, value: float, cluster: str, weight: float = 1.0) -> None:
        """Another observation."""
        self._values.append(value)
        self._weights.append(weight)
        self._clusters.append(cluster)

    def sample(self) -> Sample:
        """All of them."""
        return Sample.of(np.array(self._values), self._clusters, np.array(self._weights))


@dataclass(frozen=True)
class Observations:
    """Everything that was read of a metric."""

    metric: Metric
    of: Mapping[Key, Gathered]
    left_out: int = 0
    """Observations that have no such number."""


def figure_of(metric: Metric, sample: Sample, confidence: float) -> tuple[float, Interval]:
    """What a sample comes to, and where that lies: by the methods by which versions are compared.

    Args:
        metric: what of the sample is meant.
        sample: at least one observation.
        confidence: of the interval, such as 0.95.
    """
    if metric.statistic is Statistic.QUANTILE:
        found = quantile_difference(sample, sample, metric.quantile, confidence)
        return found.baseline, found.sides[0] if found.sides else Interval(-math.inf, math.inf)
    mean = mean_of(sample)
    if metric.statistic is Statistic.RATE and sample.is_plain and sample.is_binary:
        return mean.estimate, wilson(float(sample.values.sum()), len(sample), confidence)
    width = ONE_LOOK.multiple(1 - confidence, mean.units, max(mean.units - 1, 1)) * mean.variance**0.5
    return mean.estimate, Interval(mean.estimate - width, mean.estimate + width)


KeyOf = Callable[[str, int], Key]
"""From a version's id and a moment, in nanoseconds since the epoch, to the point that an observation belongs to."""
