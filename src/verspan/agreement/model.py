"""What is found of judges beside people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verspan.comparison.model import Interval

Value = bool | float | str
"""What is compared: a boolean, a number or a category."""


@dataclass(frozen=True)
class Label:
    """What one rater found of one trace, or of one span of it."""

    trace_id: str
    span_id: str | None
    rater: str
    """The person, or the judge's model."""
    value: Value
    rationale: str | None = None
    version: str | None = None
    """The judge's; None for people."""

    @property
    def unit(self) -> tuple[str, str | None]:
        """What it is of."""
        return self.trace_id, self.span_id


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval."""

    value: float
    interval: Interval | None
    """None where the method has none, as of agreement without a single exception."""
    method: str


@dataclass(frozen=True)
class Disagreement:
    """What a judge found otherwise than people."""

    trace_id: str
    span_id: str | None
    human: Value
    """What most of the people found."""
    judge: Value
    distance: float
    """Between numbers their difference, else 1."""
    human_rationales: Sequence[str]
    judge_rationale: str | None


@dataclass(frozen=True)
class JudgeAgreement:
    """One judge beside people."""

    judge: str
    """Its model, or the scorer with its version."""
    labels: int
    """Traces that both have judged: what every figure is of."""
    categories: Sequence[Value]
    table: Sequence[Sequence[int]]
    """How often people found the category of a row where the judge found that of a column."""
    raw: Estimate | None
    """The share of traces of which both found the same; None without one."""
    kappa: Estimate | None
    """Cohen's: agreement beyond what chance alone would give; None where that is not defined."""
    disagreements: Sequence[Disagreement]
    """The farthest apart first."""
    without_person: int
    """Traces that it has judged and no person, or of which people could not agree."""
    without_judgement: int
    """Traces that people have judged and it has not, or failed to."""
    warnings: Sequence[str]
    """What keeps the figures from being taken at their word."""


@dataclass(frozen=True)
class Reliability:
    """How far several raters agree with each other."""

    raters: Sequence[str]
    units: int
    """Traces that two or more of them have judged."""
    alpha: Estimate
    """Krippendorff's."""


@dataclass(frozen=True)
class Agreement:
    """Judges beside people."""

    name: str
    """What is judged."""
    human_name: str
    """Under which name people judged it."""
    judges: Sequence[JudgeAgreement]
    people: Reliability | None
    """People among themselves, which no judge can be expected to surpass; None where no two judged the same."""
    everyone: Reliability | None
    """People and judges together; None where they are only two."""
    confidence: float

    def __str__(self) -> str:
        from verspan.agreement.words import plain

        return plain(self)


def distance(one: Any, other: Any) -> float:
    """How far apart two values are: numbers by their difference, anything else 1 unless it is the same."""
    if is_number(one) and is_number(other):
        return abs(float(one) - float(other))
    return float(one != other)


def is_number(value: Any) -> bool:
    """Whether a value is a number that is no boolean."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
