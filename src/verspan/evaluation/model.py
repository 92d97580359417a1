"""What an evaluation is once it has run, or while it runs: a run, and a result for each of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from verspan.assessments.model import Feedback


class Goal(str, Enum):
    """Which way a score is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class RunStatus(str, Enum):
    """How far a run has come."""

    RUNNING = "RUNNING"
    """Or ended without saying so; it can be resumed."""
    FINISHED = "FINISHED"
    STOPPED = "STOPPED"
    """A budget or the user ended it before every row had been answered; it can be resumed."""


@dataclass(frozen=True)
class Spent:
    """What calls of models came to."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    """Of the calls whose price is known; None where none is."""
    unpriced_calls: int = 0
    """Calls with tokens and no known price: what the cost leaves out."""

    def __add__(self, other: Spent) -> Spent:
        costs = [spent.cost_usd for spent in (self, other) if spent.cost_usd is not None]
        return Spent(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            sum(costs) if costs else None,
            self.unpriced_calls + other.unpriced_calls,
        )


@dataclass(frozen=True)
class ScorerRecord:
    """A scorer as a run used it."""

    name: str
    version: str
    """12 hexadecimal digits of what it is made of: another version may score differently."""
    goal: Goal = Goal.HIGHER
    model: str | None = None
    """The judge's model; None where no model judges."""


@dataclass(frozen=True)
class EvaluationRun:
    """One evaluation of one version over one version of a dataset."""

    run_id: str
    """``run-`` and 32 hexadecimal digits."""
    name: str
    """For people; unique only as far as they make it so."""
    model_id: str | None
    """The version that was evaluated; None where rows were not answered under one."""
    dataset_name: str
    dataset_digest: str
    scorers: Sequence[ScorerRecord]
    rows: int
    """How many rows there are to answer, each as often as :attr:`trials` says."""
    trials: int = 1
    status: RunStatus = RunStatus.RUNNING
    started_ms: int = 0
    """In milliseconds since the epoch."""
    ended_ms: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    stopped_by: str | None = None
    """Why it stopped before its end, as a sentence."""
    function: str | None = None
    """What answered, as ``module:name``; None where answers that were there already are judged."""


@dataclass(frozen=True)
class RowFailure:
    """Why a row has no answer: a failure, which is not a bad score."""

    error_type: str
    """The exception's class; ``Timeout`` where it took too long."""
    message: str | None = None


@dataclass(frozen=True)
class RowResult:
    """What came of one row, one time."""

    row_id: str
    trial: int = 0
    """From 0 on."""
    trace_id: str | None = None
    """Its trace under the version; None where none was made."""
    outputs: Any = None
    """What was answered, as JSON has values."""
    failure: RowFailure | None = None
    duration_ms: float = 0.0
    """Of the attempt that answered, or of the last."""
    attempts: int = 1
    lost_attempts: int = 0
    """Those of them that ended with the worker they were made on: they may have been paid for, and are in no figure."""
    spent: Spent = Spent()
    """What the answer took; retries included."""
    judging: Spent = Spent()
    """What scoring it took: counted apart."""
    scores: Sequence[Feedback] = ()
    """One for each scorer, or several; one that failed has an error and no value."""
    cached: bool = False
    """Whether the answer is an earlier one's, which cost nothing now."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What was asked, for people who read results beside each other."""
    scored: bool = True
    """False while there is an answer and scoring it has not ended; a run that goes on scores it, and asks nothing."""


@dataclass(frozen=True)
class Aggregate:
    """What one metric of a run comes to."""

    name: str
    """Such as ``correctness/mean``."""
    value: float | None
    """None where no row has a value."""
    count: int
    """The rows behind it."""
    failures: int
    """Rows whose score failed: they are in no mean."""
    skipped: int = 0
    """Rows that were answered and had nothing for the scorer to judge: neither a score nor a failure."""
    interval: tuple[float, float] | None = None
    """Where the value lies with 95 % confidence; None where no interval is worked out."""
