"""How many standard errors an interval extends: for one look at the data, or for any number of looks while they grow.

One look is Student's t. For repeated looks it is the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha,
Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences" (2021), theorem 2.2: it
holds for all looks at once, so that whoever stops at the first one that shows a difference is wrong no more often than
said. It is the wider for that.
"""

from __future__ import annotations

import math
from typing import Protocol

from scipy import stats


class Looks(Protocol):
    """How often the data will be looked at."""

    name: str
    """What a method's name has in addition; empty for one look."""

    def multiple(self, alpha: float, units: int, freedom: float) -> float:
        """How many standard errors there are from the estimate to an end of its two-sided interval.

        Args:
            alpha: how often the interval may miss.
            units: how many independent observations the estimate is of.
            freedom: degrees of freedom of the standard error.
        """
        ...

    def p_value(self, errors: float, units: int, freedom: float) -> float:
        """The smallest alpha whose interval excludes zero.

        Args:
            errors: the estimate in standard errors.
            units: likewise.
            freedom: likewise.
        """
        ...


class OneLook:
    """The data are complete."""

    name = ""

    def multiple(self, alpha: float, units: int, freedom: float) -> float:  # noqa: ARG002 - the protocol's
        """Student's t."""
        return float(stats.t.ppf(1 - alpha / 2, freedom))

    def p_value(self, errors: float, units: int, freedom: float) -> float:  # noqa: ARG002 - the protocol's
        """Student's t."""
        return float(2 * stats.t.sf(abs(errors), freedom))


class AnyLooks:
    """The data grow, and are looked at whenever somebody likes."""

    name = ", valid at every look"

    def __init__(self, tightest_at: int = 1_000, alpha: float = 0.05) -> None:
        """A confidence sequence.

        Args:
            tightest_at: the number of units at which it is the narrowest that it can be.
            alpha: for which level it is.
        """
        spent = -2 * math.log(alpha)
        self._rho2 = (spent + math.log(spent + 1)) / tightest_at

    def multiple(self, alpha: float, units: int, freedom: float) -> float:  # noqa: ARG002 - it holds by the number of units
        """The boundary of the theorem, in standard errors."""
        grown = units * self._rho2
        return math.sqrt(2 * (grown + 1) / grown * math.log(math.sqrt(grown + 1) / alpha))

    def p_value(self, errors: float, units: int, freedom: float) -> float:  # noqa: ARG002 - likewise
        """The boundary, solved for alpha."""
        grown = units * self._rho2
        return min(1.0, math.sqrt(grown + 1) * math.exp(-(errors**2) * grown / (2 * (grown + 1))))


ONE_LOOK = OneLook()
