"""Finding the run that an evaluation goes on with."""

from __future__ import annotations

from verspan.evaluation.model import EvaluationRun, RunStatus
from verspan.evaluation.records import EvaluationRecords, RunQuery


def resumed(records: EvaluationRecords, wanted: EvaluationRun) -> EvaluationRun | None:
    """The newest run that asks for the same and has ended early, as running again; None where there is none."""
    query = RunQuery(model_id=wanted.model_id, dataset_name=wanted.dataset_name, dataset_digest=wanted.dataset_digest)
    return next((run for run in records.find_runs(query) if _goes_on(run, wanted)), None)


def _goes_on(run: EvaluationRun, wanted: EvaluationRun) -> bool:
    return run.status is not RunStatus.FINISHED and _asked(run) == _asked(wanted)


def _asked(run: EvaluationRun) -> tuple[object, ...]:
    return (run.name, run.model_id, run.function, run.trials, list(run.scorers), dict(run.tags))
