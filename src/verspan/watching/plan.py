"""What is to be watched, for how long, and who judges."""

from __future__ import annotations

from dataclasses import dataclass

from verspan.errors import InvalidArgumentError
from verspan.sources.model import ClusterBy
from verspan.watching.judging import Judge

LEAST = 100
"""Units of each version without which nothing is concluded: what holds at every look does so from some number on."""


@dataclass(frozen=True)
class Plan:
    """Two versions, and how they are watched."""

    baseline: str
    """By name, id, alias, or the beginning of a name or an id."""
    candidate: str
    judge: Judge
    since_ns: int
    """Only traces that started then or later."""
    until_ns: int
    """When watching ends, if nothing has ended it."""
    environment: str | None = None
    every_s: float = 30.0
    least: int = LEAST
    alpha: float = 0.05
    cluster_by: ClusterBy = ClusterBy.SESSION

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            InvalidArgumentError: alpha is no share, or a number is not positive.
        """
        if not 0 < self.alpha < 1:
            raise InvalidArgumentError(f"alpha is between 0 and 1, such as 0.05, and not {self.alpha}")
        if self.every_s <= 0:
            raise InvalidArgumentError("a look is taken every so many seconds: give a positive number of them")
        if self.least < 1:
            raise InvalidArgumentError("at least 1 session of each version is needed for a verdict")
