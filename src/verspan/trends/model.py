"""What a trend is: points in order, each with how sure it is, and what was deployed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from verspan.comparison.model import Interval
from verspan.deployments.model import Deployment
from verspan.evaluation.model import Goal


class By(str, Enum):
    """What a point stands for."""

    VERSION = "version"
    TIME = "time"


class ReadFrom(str, Enum):
    """What was read for a trend."""

    ROLL_UPS = "roll-ups"
    """Sums that the store keeps: it costs the same however many spans there are."""
    TRACES = "traces"
    """Every trace of the versions, by its columns."""
    ASSESSMENTS = "assessments"
    """Every feedback of that name."""


@dataclass(frozen=True)
class Point:
    """A metric of one version, or over one stretch of time."""

    label: str
    """The version's name, or when the stretch began."""
    value: float | None
    """None where there is nothing to measure."""
    interval: Interval | None
    """Where it lies; None where the sums that it comes from do not tell."""
    rows: int
    """How many observations are behind it."""
    start_ns: int
    """When the version was created or the stretch began, in nanoseconds since the epoch."""
    end_ns: int | None = None
    """When the stretch ended; None for a version."""
    model_id: str | None = None
    """The version; None for a stretch of time."""
    deployments: Sequence[Deployment] = ()
    """Of the version, or those that began in the stretch."""


@dataclass(frozen=True)
class Trend:
    """A metric over versions, in the order of their creation, or over time."""

    metric: str
    unit: str
    """Such as ``ms``, ``USD``, ``token``; empty for a plain number and for a rate."""
    goal: Goal
    by: By
    points: Sequence[Point]
    confidence: float
    """Of the intervals, each alone."""
    read: ReadFrom
    notes: Sequence[str] = ()
    """What a reader must know beside it."""

    def __str__(self) -> str:
        from verspan.trends.words import plain

        return plain(self)
