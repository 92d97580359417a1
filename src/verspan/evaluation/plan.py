"""What an evaluation is to do, and within which bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from verspan.context import ActiveVersion
from verspan.datasets.model import DatasetRow
from verspan.errors import InvalidArgumentError
from verspan.evaluation.caching import Answers, asked
from verspan.evaluation.model import EvaluationRun, RowResult, Spent
from verspan.scorers.model import Scorer


@dataclass(frozen=True)
class Limits:
    """How an evaluation goes about its calls."""

    concurrency: int = 8
    """Rows that are under way at a time."""
    timeout_s: float | None = None
    """How long one call may take."""
    retries: int = 2
    """How often a call that failed for a passing reason is made again."""
    rate_limit: float | None = None
    """How many calls may begin in a second."""
    budget_usd: float | None = None
    budget_tokens: int | None = None

    def __post_init__(self) -> None:
        """Check them.

        Raises:
            InvalidArgumentError: one is not usable.
        """
        positive = ("concurrency", "timeout_s", "rate_limit", "budget_usd", "budget_tokens")
        for name, least in (*((name, 0) for name in positive), ("retries", -1)):
            value = getattr(self, name)
            if value is not None and not value > least:
                raise InvalidArgumentError(f"{name}={value!r}: it is more than {least}")

    def exceeded_by(self, spent: Spent) -> str | None:
        """What of the budget is spent, as a sentence; None while there is some left."""
        if self.budget_usd is not None and (spent.cost_usd or 0.0) >= self.budget_usd:
            return f"the budget of ${self.budget_usd:g} is spent"
        if self.budget_tokens is not None and spent.input_tokens + spent.output_tokens >= self.budget_tokens:
            return f"the budget of {self.budget_tokens:,} tokens is spent"
        return None


@dataclass(frozen=True)
class Side:
    """One version that is evaluated: the whole of an evaluation, or one of several that take turns."""

    run: EvaluationRun
    function: Callable[..., Any] | None
    """What answers; None where answers that are there already are judged."""
    version: ActiveVersion | None
    earlier: Mapping[tuple[str, int], RowResult] = field(default_factory=dict)
    """Results of an earlier part of the run, by row and trial: these are not asked for again."""
    cached: Answers = field(default_factory=dict)
    """Answers of earlier runs, which are scored anew instead of asking for others."""
    answered: Mapping[tuple[str, int], RowResult] = field(default_factory=dict)
    """Answers of an earlier part of the run whose scoring has not ended: it is made up for, and nothing is asked."""

    @property
    def span_name(self) -> str:
        """The name of its rows' traces."""
        return (self.run.function or self.run.name).rpartition(".")[2]


@dataclass(frozen=True)
class Job:
    """One row to answer, one time, by one version."""

    side: Side
    row: DatasetRow
    trial: int

    @property
    def answered(self) -> RowResult | None:
        """Its answer in an earlier part of the run, where it has one."""
        return self.side.answered.get((self.row.row_id, self.trial))

    @property
    def cached(self) -> RowResult | None:
        """An earlier answer to it."""
        return self.side.cached.get((asked(self.row.inputs), self.trial)) if self.side.cached else None


@dataclass(frozen=True)
class Plan:
    """All that is to be done."""

    sides: Sequence[Side]
    rows: Sequence[DatasetRow]
    trials: int
    scorers: Sequence[Scorer]
    limits: Limits
    executor: Executor | None = None

    def jobs(self) -> Iterator[Job]:
        """What is still to do; versions take turns row by row, so that what drifts meanwhile drifts for all."""
        for trial in range(self.trials):
            for row in self.rows:
                for side in self.sides:
                    if (row.row_id, trial) not in side.earlier:
                        yield Job(side, row, trial)
