"""What scores come to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from verspan.assessments.model import AssessmentError, Feedback
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Aggregate, RowFailure, RowResult
from verspan.scorers.aggregating import aggregated

FAILED = AssessmentError("ValueError")


def row(number: int, *scores: Feedback, trial: int = 0, failure: RowFailure | None = None) -> RowResult:
    """A result with scores."""
    return RowResult(f"row-{number}", trial, scores=scores, failure=failure)


def rows(*values: Any) -> list[RowResult]:
    """A row for each value of one score."""
    return [row(number, Feedback("x", value)) for number, value in enumerate(values)]


def test_failures_and_skipped() -> None:
    """Scores that failed, answers without a score and rows without an answer are in no mean, each kept apart."""
    results = [
        *rows(*[True, False, 1, 0]),
        row(4, Feedback("x", error=FAILED)),
        row(5, Feedback("x", math.nan)),
        row(6),
        row(7, failure=RowFailure("Timeout")),
    ]
    assert aggregated(results) == [Aggregate("x/mean", 0.5, 4, 2, 1)]


def test_only_failures() -> None:
    """A score that only failed is still told, without a value."""
    assert aggregated([row(0, Feedback("x", error=FAILED))]) == [Aggregate("x/mean", None, 0, 1)]
    assert aggregated([]) == []


def test_categories() -> None:
    """Categories come to their shares, beside numbers of the same name too; lists and mappings to nothing."""
    assert aggregated(rows("formal", "kind", "kind", "kind")) == [
        Aggregate("x/formal", 0.25, 4, 0),
        Aggregate("x/kind", 0.75, 4, 0),
    ]
    assert aggregated(rows("kind", 4)) == [Aggregate("x/mean", 4.0, 1, 0), Aggregate("x/kind", 1.0, 1, 0)]
    assert aggregated(rows([1], {"a": 1})) == []


def test_trials() -> None:
    """Each row weighs the same in a mean and in a share, however many of its trials have a score."""
    results = [row(0, Feedback("x", 1)), row(0, Feedback("x", 0), trial=1), row(1, Feedback("x", 1))]
    assert aggregated(results) == [Aggregate("x/mean", 0.75, 2, 0)]
    words = [row(0, Feedback("x", "a")), row(0, Feedback("x", "b"), trial=1), row(1, Feedback("x", "a"))]
    assert aggregated(words) == [Aggregate("x/a", 0.75, 2, 0), Aggregate("x/b", 0.25, 2, 0)]


def test_names() -> None:
    """Several scores of a row are each aggregated, by name, and say which rows have none."""
    results = [row(0, Feedback("b", 1), Feedback("a", 2)), row(1, Feedback("b", 3))]
    assert aggregated(results) == [Aggregate("a/mean", 2.0, 1, 0, 1), Aggregate("b/mean", 2.0, 2, 0)]


def test_aggregations() -> None:
    """Other aggregations are had by name, the quantile being NumPy's; there is no other."""
    values = [float(value) for value in np.random.default_rng(1).exponential(size=101)]
    found = aggregated(rows(*values), ["median", "min", "max", "p90"])
    assert [one.name for one in found] == ["x/median", "x/min", "x/max", "x/p90"]
    expected = [np.median(values), min(values), max(values), np.percentile(values, 90)]
    assert [one.value for one in found] == pytest.approx(expected)
    assert [one.value for one in aggregated(rows(7), ["p90"])] == [7.0]
    with pytest.raises(InvalidArgumentError, match="no aggregation 'mode'; there are mean, median, min, max, p90"):
        aggregated([], ["mode"])
