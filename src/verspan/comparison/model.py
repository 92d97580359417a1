"""What a comparison says: typed results, without a number of which nobody can tell how it came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from verspan.evaluation.model import Goal


class Direction(str, Enum):
    """What the evidence says of the candidate against the baseline."""

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    """There is a difference, in a metric that has no better and no worse."""
    NO_EVIDENCE = "no evidence"
    """No difference is shown, which is not to say that there is none: the interval says how large it may be."""
    TOO_FEW = "too few"
    """The method would say nothing that can be relied on."""


@dataclass(frozen=True)
class Interval:
    """Where a figure lies, with some confidence; either end may be infinite."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero is outside."""
        return self.low > 0 or self.high < 0

    def reversed(self) -> Interval:
        """The interval of the negated figure."""
        return Interval(-self.high, -self.low)


@dataclass(frozen=True)
class Effect:
    """How large a difference is beside what varies anyway."""

    size: float
    name: str
    """Such as ``Hedges' g``."""


@dataclass(frozen=True)
class Difference:
    """A figure of one version beside another's, as a statistical method sees them."""

    baseline: float
    candidate: float
    estimate: float
    """Candidate minus baseline."""
    interval: Interval
    """Of the estimate, at :attr:`confidence`."""
    confidence: float
    """Such as 0.95, of this interval alone, whatever else is compared."""
    p_value: float
    """How often chance alone gives as much, if there is no difference; not corrected for other metrics."""
    rows: tuple[int, int]
    """How many observations of the baseline and of the candidate are behind it; the same pairs where it is paired."""
    units: tuple[int, int]
    """How many of them vary on their own: sessions or users where observations are clustered."""
    method: str
    """By its name in the field."""
    effect: Effect | None = None
    enough: bool = True
    """Whether the method can be relied on with as many units."""


@dataclass(frozen=True)
class MetricComparison:
    """A metric of two versions, with the verdict."""

    metric: str
    unit: str
    """Such as ``ms``, ``USD``, ``token``; empty for a plain number and for a rate."""
    goal: Goal
    difference: Difference | None
    """None where one side has no observation."""
    direction: Direction
    adjusted_p: float | None = None
    """Corrected for the number of metrics compared; None where there is no difference to test."""
    note: str | None = None
    """What a reader must know beside it."""


@dataclass(frozen=True)
class Comparison:
    """Everything that was compared between two versions."""

    baseline: str
    candidate: str
    metrics: Sequence[MetricComparison]
    alpha: float
    """The share of comparisons without any difference that may show one."""
    correction: str
    """How p-values were corrected for the number of metrics."""
    warnings: Sequence[str] = ()
    """What keeps the numbers from being about the change alone."""

    def of(self, metric: str) -> MetricComparison:
        """The comparison of a metric.

        Raises:
            KeyError: it was not compared.
        """
        for found in self.metrics:
            if found.metric == metric:
                return found
        raise KeyError(metric)

    def __str__(self) -> str:
        from verspan.comparison.words import plain

        return plain(self)
