"""What is asked of every commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verspan.datasets.model import Dataset
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import EvaluationRun, Goal, RunStatus, ScorerRecord

FUNCTION_TAG = "verspan.bisect.function"
COMMIT_TAG = "verspan.bisect.commit"
AFTER_TAG = "verspan.bisect.after"
"""How many trials there were before the run: it is another run than the one before, and goes on by itself."""


@dataclass(frozen=True)
class Effort:
    """How sure the answer has to be, and how often rows are asked for that."""

    alpha: float = 0.05
    """How often it may be wrong."""
    trials: int = 1
    """How often each row is answered at first."""
    most_trials: int = 8
    """How often at most."""


@dataclass(frozen=True)
class Task:
    """The same evaluation, whichever commit it is of."""

    metric: str
    dataset: Dataset
    function: str
    """``module:name``."""
    scorers: Sequence[str]
    """By their names."""
    records: Sequence[ScorerRecord]
    """What they are now."""
    root: Path
    """Of the repository."""
    home: Path
    """Where the scorers' modules are."""
    within: str
    """Where in the repository the function is run."""
    setup: str | None = None
    """A command that is run before, as a shell reads it."""
    concurrency: int = 8
    timeout_s: float | None = None
    budget_usd: float | None = None
    budget_tokens: int | None = None

    @property
    def goal(self) -> Goal:
        """Which way the metric is better.

        Raises:
            InvalidArgumentError: it has no better and no worse.
        """
        named = [each for each in self.records if each.name == self.metric] or self.records
        goals = {each.goal for each in named}
        if len(goals) > 1:
            names = ", ".join(each.name for each in self.records)
            raise InvalidArgumentError(f"which of the scorers {names} gives {self.metric!r}? Give that one alone")
        goal = goals.pop()
        if goal is Goal.NEITHER:
            raise InvalidArgumentError(f"{self.metric!r} has no better and no worse, so no commit is bad by it")
        return goal

    def fits(self, run: EvaluationRun) -> bool:
        """Whether a run has asked the same: the rows, the function and the scorers."""
        by = {(each.name, each.version) for each in run.scorers}
        return (
            run.status is RunStatus.FINISHED
            and run.dataset_digest == self.dataset.digest
            and all((each.name, each.version) in by for each in self.records)
            and self.function in (run.tags.get(FUNCTION_TAG), ":".join((run.function or "").rsplit(".", 1)))
        )
