"""Finding the run that an evaluation goes on with."""

from __future__ import annotations

from collections.abc import Iterator

from verspan.evaluation.model import EvaluationRun, RunStatus
from verspan.evaluation.records import EvaluationRecords, RunQuery


def ended_early(records: EvaluationRecords, wanted: EvaluationRun) -> Iterator[EvaluationRun]:
    """The runs that ask for the same and have not come to their end, newest first; some may be under way."""
    query = RunQuery(model_id=wanted.model_id, dataset_name=wanted.dataset_name, dataset_digest=wanted.dataset_digest)
    return (run for run in records.find_runs(query) if _goes_on(run, wanted))


def _goes_on(run: EvaluationRun, wanted: EvaluationRun) -> bool:
    return run.status is not RunStatus.FINISHED and _asked(run) == _asked(wanted)


def _asked(run: EvaluationRun) -> tuple[object, ...]:
    return (run.name, run.model_id, run.function, run.trials, list(run.scorers), dict(run.tags))
