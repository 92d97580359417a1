"""Quantities in the unit of a metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from verspan.comparison.model import MetricComparison
from verspan.errors import InvalidArgumentError
from verspan.gating.policy import Quantity

_SIZES: Final[Mapping[str, Mapping[str, float]]] = {
    "ms": {"ms": 1, "s": 1_000, "min": 60_000},
    "USD": {"USD": 1, "$": 1},
    "token": {"token": 1, "tokens": 1},
    "": {"%": 0.01},
}
"""By the metric's unit: what may be written, and how much of it that is."""


def in_unit_of(metric: MetricComparison, quantity: Quantity) -> float:
    """A quantity as a number in the metric's unit; without a unit of its own it is in that already.

    Raises:
        InvalidArgumentError: it is in a unit of something else.
    """
    if not quantity.unit:
        return quantity.number
    sizes = _SIZES.get(metric.unit, {metric.unit: 1})
    if quantity.unit not in sizes:
        known = " or ".join(sizes if metric.unit else ("plain numbers", *sizes))
        raise InvalidArgumentError(f'[metrics."{metric.metric}"] says {quantity}: the metric is in {known}')
    return quantity.number * sizes[quantity.unit]
