"""What is demanded of a version, as types; :mod:`verspan.gating.reading` makes them of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from verspan.gating.model import Verdict


class Must(str, Enum):
    """What is to become of a metric from the baseline to the candidate."""

    NOT_REGRESS = "not regress"
    IMPROVE = "improve"


@dataclass(frozen=True)
class Quantity:
    """A number with the unit that somebody wrote beside it."""

    number: float
    unit: str = ""
    """Empty where it has none: it is in the metric's own unit then."""

    def __str__(self) -> str:
        if self.unit == "$":
            return f"${self.number:g}"
        return f"{self.number:g} {self.unit}".rstrip()


@dataclass(frozen=True)
class MetricDemands:
    """What is demanded of one metric; what is None is not demanded."""

    must: Must | None = None
    margin: Quantity | None = None
    """With ``not regress`` by how much it may be worse, with ``improve`` by how much it is to be better at least."""
    at_most: Quantity | None = None
    """Of the candidate's own figure."""
    at_least: Quantity | None = None
    max_increase: float | None = None
    """As a share of the baseline's figure: 0.1 for ten per cent."""
    max_decrease: float | None = None


@dataclass(frozen=True)
class RowDemands:
    """What is demanded of the rows of evaluations, which are counted as they are."""

    max_regressed: int | None = None
    """Rows of which a score is worse."""
    max_errors: int | None = None
    """Rows that the baseline answered and the candidate did not."""


@dataclass(frozen=True)
class Policy:
    """Everything that is demanded."""

    metrics: Mapping[str, MetricDemands] = field(default_factory=dict)
    rows: RowDemands = RowDemands()
    alpha: float = 0.05
    """Intervals have to be of this confidence (1 minus it) at least."""
    on_inconclusive: Verdict = Verdict.INCONCLUSIVE
    """What the gate says where no check fails and some show nothing."""
    warnings: Verdict = Verdict.PASS
    """What a comparison with warnings comes to, whatever its numbers are."""
