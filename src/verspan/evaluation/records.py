"""What evaluations ask of a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from verspan.evaluation.model import EvaluationRun, RowResult


@dataclass(frozen=True)
class RunQuery:
    """Which runs are meant, newest first; every field that is set must match."""

    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None
    name: str | None = None
    limit: int = 100


class EvaluationRecords(Protocol):
    """The evaluation runs of a store.

    A row's result is kept as soon as it is there, and never changed, but that an answer gets its scores.
    """

    def keep_run(self, run: EvaluationRun) -> None:
        """Keep a run, or how far it has come."""
        ...

    def keep_rows(self, run_id: str, results: Sequence[RowResult]) -> None:
        """Keep results, all or none; one that is there for a row and trial stays, unless it has no scores yet."""
        ...

    def load_run(self, run_id: str) -> EvaluationRun:
        """A run by its id, the beginning of one, or its name where one run has it.

        Raises:
            NotFoundError: there is none, or several.
        """
        ...

    def find_runs(self, query: RunQuery) -> Sequence[EvaluationRun]:
        """Runs, newest first."""
        ...

    def rows(self, run_id: str) -> Sequence[RowResult]:
        """Everything that a run has found so far, by row and trial."""
        ...
