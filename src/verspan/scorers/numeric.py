"""Whether an answer is the number that is expected."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from verspan.assessments.model import Feedback
from verspan.errors import InvalidArgumentError
from verspan.scorers.built_in import OfExpectation


@dataclass(frozen=True, kw_only=True)
class NumericTolerance(OfExpectation):
    """Whether the answer is the expected number, nearly: a boolean, higher is better.

    The formula is that of PEP 485 and ``math.isclose``: the difference is at most ``relative`` times the larger of the
    two, or at most ``absolute``. A text that is a number as a whole counts as one; anything else, a boolean included,
    is not the expected number.
    """

    name: str = "numeric_tolerance"
    relative: float = 1e-9
    """The largest difference as a share of the larger number."""
    absolute: float = 0.0
    """The largest difference, which matters near zero."""

    def __post_init__(self) -> None:
        if not (self.relative >= 0 and self.absolute >= 0):
            raise InvalidArgumentError(f"tolerances are not below 0: {self.relative}, {self.absolute}")

    def against(self, expected: Any, output: Any) -> Feedback:
        """Whether they are near enough."""
        wanted, found = _number(expected), _number(output)
        if wanted is None:
            raise InvalidArgumentError(f"{self.name}: the expected value {expected!r} is no number")
        if found is None:
            return Feedback(value=False, rationale="the answer is no number")
        near = math.isclose(wanted, found, rel_tol=self.relative, abs_tol=self.absolute)
        return Feedback(value=near, rationale=None if near else f"off by {found - wanted:g}")


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
