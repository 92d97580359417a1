"""Two evaluation runs side by side: what came of the same rows under both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from verspan.evaluation.model import EvaluationRun, RowResult

Measure = Callable[[RowResult], float | None]
"""What an answer is by some metric; None where it has no such figure."""


@dataclass(frozen=True)
class ComparedRun:
    """A run with what it found."""

    run: EvaluationRun
    label: str
    """The version's name, or what else tells it from the other one."""
    results: Sequence[RowResult]

    @cached_property
    def trials(self) -> Mapping[str, Sequence[RowResult]]:
        """What came of each row, by its id and in the order of trials."""
        found: dict[str, list[RowResult]] = {}
        for result in sorted(self.results, key=lambda each: (each.row_id, each.trial)):
            found.setdefault(result.row_id, []).append(result)
        return found

    def values(self, measure: Measure, row_id: str) -> list[float]:
        """What the trials of a row are by a metric; those that have no figure are left out."""
        found = (measure(result) for result in self.trials.get(row_id, ()))
        return [value for value in found if value is not None]

    def mean(self, measure: Measure, row_id: str) -> float | None:
        """What a row is by a metric: the mean of its trials, so that a row weighs the same however many it has."""
        values = self.values(measure, row_id)
        return fmean(values) if values else None


@dataclass(frozen=True)
class RunPair:
    """The runs of two versions."""

    baseline: ComparedRun
    candidate: ComparedRun

    @property
    def both(self) -> tuple[ComparedRun, ComparedRun]:
        """The two."""
        return self.baseline, self.candidate

    @cached_property
    def row_ids(self) -> Sequence[str]:
        """The rows of either, sorted, so that no figure depends on the order in which they were answered."""
        return sorted({*self.baseline.trials, *self.candidate.trials})

    @cached_property
    def common(self) -> Sequence[str]:
        """The rows of both, sorted."""
        return [row_id for row_id in self.row_ids if all(row_id in each.trials for each in self.both)]

    @property
    def results(self) -> Sequence[RowResult]:
        """Everything that came of either."""
        return [*self.baseline.results, *self.candidate.results]
