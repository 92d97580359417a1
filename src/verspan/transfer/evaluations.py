"""Evaluation runs and what came of their rows, as they stand in a file and as they are kept from one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from verspan.assessments.checking import checked_span_id, checked_trace_id
from verspan.errors import NotFoundError
from verspan.evaluation.model import EvaluationRun, RowResult, RunStatus
from verspan.evaluation.records import RunQuery
from verspan.store.interface import Store
from verspan.versions.identity import checked_model_id, checked_name

_RUN_ID: Final = re.compile(r"run-[0-9a-f]{32}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_TIMES: Final = range(2**53)
_BATCH: Final = 1_024  # results of one transaction
_ALL: Final = 2**31 - 1  # as many runs as a version may have


@dataclass(frozen=True)
class ResultOfRun:
    """What came of a row, and the run that it belongs to."""

    run_id: str
    result: RowResult


def runs_of(store: Store, model_ids: Sequence[str]) -> list[EvaluationRun]:
    """The evaluation runs of versions, in the order in which they began."""
    found = [run for model_id in model_ids for run in store.evaluations.find_runs(RunQuery(model_id, limit=_ALL))]
    return sorted(found, key=lambda run: (run.started_ms, run.run_id))


def results_of(store: Store, runs: Sequence[EvaluationRun]) -> Iterator[ResultOfRun]:
    """What came of the rows of runs, of which one at a time is in memory."""
    for run in runs:
        for result in store.evaluations.rows(run.run_id):
            yield ResultOfRun(run.run_id, result)


def check_run(run: EvaluationRun) -> EvaluationRun:
    """A run that could have been kept here.

    Raises:
        ValueError: it could not.
    """
    checked_model_id(run.model_id)
    checked_name(run.name, "name of an evaluation run")
    checked_name(run.dataset_name, "dataset's name")
    if _RUN_ID.fullmatch(run.run_id) is None or _DIGEST.fullmatch(run.dataset_digest) is None:
        raise ValueError("it has no id or no digest of a dataset that a run has")
    if run.rows < 0 or run.trials < 1 or not all(moment in _TIMES for moment in (run.started_ms, run.ended_ms or 0)):
        raise ValueError("its rows, trials or times cannot be")
    return run


def check_result(found: ResultOfRun) -> ResultOfRun:
    """What came of a row, where that could be.

    Raises:
        ValueError: it could not.
    """
    result = found.result
    if result.trial < 0 or not result.row_id:
        raise ValueError("it is of no row or trial that a run has")
    for trace_id in {result.trace_id, *(score.trace_id for score in result.scores)} - {None}:
        checked_trace_id(str(trace_id))
    for score in result.scores:
        checked_span_id(score.span_id)
    return found


def keep_run(store: Store, run: EvaluationRun) -> tuple[bool, list[str]]:
    """Keep a run, or how far it has come where the store knows less of it.

    Returns:
        Whether the store had it not, and what is not as it was where it comes from.
    """
    try:
        known = store.evaluations.load_run(run.run_id)
    except NotFoundError:
        store.evaluations.keep_run(run)
        return True, []
    if _same_run(known, run) and _is_further(run, known):
        store.evaluations.keep_run(run)
    elif known != run:
        return False, [f"evaluation run {run.name} ({run.run_id}) stays as it is here, and was another"]
    return False, []


def keep_results(store: Store, run_id: str, results: Sequence[RowResult]) -> Iterator[str]:
    """Keep what came of a run's rows; what the store has of a row and trial stays.

    Yields:
        How many of those that stay were others where they come from.
    """
    for start in range(0, len(results), _BATCH):
        store.evaluations.keep_rows(run_id, results[start : start + _BATCH])
    kept = {(each.row_id, each.trial): each for each in store.evaluations.rows(run_id)}
    others = sum(kept[each.row_id, each.trial] != each for each in results)
    if others:
        yield f"evaluation run {run_id}: {others} results stay as they are here, and were others"


def _same_run(one: EvaluationRun, other: EvaluationRun) -> bool:
    return (one.model_id, one.dataset_digest, one.scorers) == (other.model_id, other.dataset_digest, other.scorers)


def _is_further(run: EvaluationRun, known: EvaluationRun) -> bool:
    ended = run.ended_ms is not None and run.ended_ms > (known.ended_ms or 0)
    return known.status is not RunStatus.FINISHED and ended
