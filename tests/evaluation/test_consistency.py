"""How far the trials of a row agree."""

from __future__ import annotations

from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from verspan.assessments.model import Feedback
from verspan.evaluation.consistency import consistency
from verspan.evaluation.model import Aggregate, RowFailure, RowResult


def row(row_id: str, trial: int, outputs: Any, **scores: Any) -> RowResult:
    """A row's answer with its scores."""
    return RowResult(
        row_id, trial, outputs=outputs, scores=[Feedback(name, value=each) for name, each in scores.items()]
    )


RESULTS = [
    row("a", 0, {"x": 1, "y": 2}, polite=True, tone="warm", length=10.0),
    row("a", 1, {"y": 2, "x": 1}, polite=True, tone="warm", length=14.0),
    row("b", 0, "yes", polite=True, tone="warm", length=3),
    row("b", 1, "no", polite=False, tone="warm", length=3),
    row("c", 0, "yes", polite=True),
    RowResult("c", 1, failure=RowFailure("Timeout")),
]


def test_consistency() -> None:
    """Answers, booleans and categories agree in a share of the rows, numbers deviate; a failure is in none of these."""
    answers, *scores = consistency(RESULTS)
    assert (answers.name, answers.value, answers.count, answers.failures) == ("consistency", 0.5, 2, 1)
    assert [(each.name, each.value, each.count) for each in scores] == [
        ("length/deviation", 2.0, 2),  # variances of 8 and 0
        ("polite/agreement", 0.5, 2),
        ("tone/agreement", 1.0, 2),
    ]


@pytest.mark.parametrize(("agreeing", "rows"), [(0, 5), (1, 2), (7, 9), (90, 90)])
def test_interval(agreeing: int, rows: int) -> None:
    """The interval of a share is Wilson's, as statsmodels has it."""
    results = [row(str(number), trial, trial * (number >= agreeing)) for number in range(rows) for trial in (0, 1)]
    (answers,) = consistency(results)
    assert answers.interval == pytest.approx(proportion_confint(agreeing, rows, method="wilson"), abs=1e-12)


def test_nothing_to_say() -> None:
    """Of one trial nothing is said; rows that failed but once have no share."""
    assert consistency(RESULTS[::2]) == []
    assert consistency(RESULTS[4:]) == [Aggregate("consistency", None, 0, 1)]
