"""What a comparison says: typed results, without a number of which nobody can tell how it came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from verspan.diffing.model import VersionDiff
from verspan.evaluation.model import EvaluationRun, Goal, RowResult


class Basis(str, Enum):
    """What two versions were compared by."""

    EVALUATION = "evaluation"
    """Runs over the same dataset, row by row."""
    TRAFFIC = "traffic"
    """What their users asked them."""


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
    sides: tuple[Interval, Interval] | None = None
    """Where the baseline's and the candidate's figures lie, each at :attr:`confidence` of its own."""


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


class RowVerdict(str, Enum):
    """What became of a row from one version to the other."""

    ERROR = "error"
    """The baseline answered it and the candidate failed, or failed in more of its trials."""
    REGRESSED = "regressed"
    """A score is worse, whatever became of the others."""
    IMPROVED = "improved"
    """A score is better, or there is an answer where there was none, and nothing is worse."""
    UNCHANGED = "unchanged"
    NOT_COMPARABLE = "not comparable"
    """Only one version has it, both failed, or no scorer judged both answers."""


@dataclass(frozen=True)
class RowScore:
    """One metric of a row under both versions; the mean of its trials where there are several."""

    metric: str
    goal: Goal
    baseline: float | None
    """None where there is no score."""
    candidate: float | None


@dataclass(frozen=True)
class RowComparison:
    """One row of a dataset under both versions."""

    row_id: str
    verdict: RowVerdict
    scores: Sequence[RowScore]
    baseline: Sequence[RowResult]
    """Its trials: answers, failures and traces; empty where the version does not have the row."""
    candidate: Sequence[RowResult]
    inputs: Mapping[str, Any] = field(default_factory=dict)


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
    basis: Basis = Basis.TRAFFIC
    runs: tuple[EvaluationRun, EvaluationRun] | None = None
    """The runs that were compared; None where it was traffic."""
    rows: Sequence[RowComparison] = ()
    """Row by row, the worst first; empty where it was traffic."""
    why: VersionDiff | None = None
    """What changed from one version to the other; None where the store has not both of them recorded."""

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
