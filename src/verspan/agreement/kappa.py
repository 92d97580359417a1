"""Cohen's kappa."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from verspan.agreement.model import Estimate, Value, is_number
from verspan.comparison.model import Interval

_ROUNDING = 1e-12


def cohens_kappa(table: Sequence[Sequence[int]], categories: Sequence[Value], confidence: float) -> Estimate | None:
    """How far two raters agree beyond chance: 1 is always, 0 as often as chance alone, less is less often.

    Cohen, "A coefficient of agreement for nominal scales" (1960). Numbers are weighted by the squares of their
    differences (Cohen, "Weighted kappa", 1968), so that 4 for 5 is nearly right and 1 for 5 is not. The interval is
    that of the large-sample standard error (Fleiss, Cohen and Everitt 1969).

    Args:
        table: how often the one found the category of a row where the other found that of a column.
        categories: in the order of rows and columns.
        confidence: of the interval.

    Returns:
        None where both always found the same one category, of which chance would make as much.
    """
    counts = np.asarray(table, dtype=float)
    total = counts.sum()
    if not total:
        return None
    shares, weights = counts / total, _weights(categories)
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float((weights * shares).sum()), float(rows @ weights @ columns)
    if 1 - expected < _ROUNDING:
        return None
    value = (observed - expected) / (1 - expected)
    margin = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    spread = (shares * (weights * (1 - expected) - margin * (1 - observed)) ** 2).sum()
    variance = (spread - (observed * expected - 2 * expected + observed) ** 2) / (total * (1 - expected) ** 4)
    weighted = any(map(is_number, categories))
    method = "Cohen's kappa" + (", weighted by squared differences" if weighted else "")
    return Estimate(value, _interval(value, float(variance), confidence), method)


def _weights(categories: Sequence[Value]) -> NDArray[np.float64]:
    """How much of an agreement it is to find one category where the other found another, from 0 to 1."""
    if not all(map(is_number, categories)):
        return np.eye(len(categories))
    values = np.asarray(categories, dtype=float)
    apart = (values[:, None] - values[None, :]) ** 2
    return np.asarray(1 - apart / (apart.max() or 1.0), dtype=float)


def _interval(value: float, variance: float, confidence: float) -> Interval | None:
    if variance < _ROUNDING:
        return None
    half = float(stats.norm.ppf((1 + confidence) / 2)) * math.sqrt(variance)
    return Interval(max(-1.0, value - half), min(1.0, value + half))
