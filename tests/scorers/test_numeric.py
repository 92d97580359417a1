"""Numbers against the expected ones."""

from __future__ import annotations

from typing import Any

import pytest
from tests.scorers.answers import answer

from verspan.errors import InvalidArgumentError
from verspan.scorers import NumericTolerance


@pytest.mark.parametrize(
    ("expected", "outputs", "near"),
    [
        (1000, 1009, True),
        (1000, 1011, False),
        (1000, " 1.0e3 ", True),
        (0, 0.04, True),
        (0, 0.06, False),
        (-5, 5, False),
        (1, "one", False),
        (1, True, False),
        (1, None, False),
        (1, [1], False),
        (1, "nan", False),
        (1, 10**400, False),
        ("2", 2, True),
    ],
)
def test_near(expected: Any, outputs: Any, near: bool) -> None:  # noqa: FBT001 - a case's expected value
    """A number is near by a share of the larger or by an absolute difference; what is no number is not."""
    (found,) = NumericTolerance(relative=0.01, absolute=0.05).score(answer(outputs, expected_response=expected))
    assert found.value is near


def test_rationale() -> None:
    """The rationale says by how much it is off."""
    (found,) = NumericTolerance().score(answer(4, expected_response=6))
    assert found.rationale == "off by -2"


def test_at_fault() -> None:
    """An expected value that is no number is a failure, and tolerances below zero are told where they are given."""
    with pytest.raises(InvalidArgumentError, match="the expected value 'x' is no number"):
        NumericTolerance().score(answer(1, expected_response="x"))
    for wrong in (-1.0, float("nan")):
        with pytest.raises(InvalidArgumentError, match="tolerances are not below 0"):
            NumericTolerance(relative=wrong)
