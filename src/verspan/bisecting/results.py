"""What the store has of commits: their versions, and the runs of these that asked the same."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from verspan.bisecting.exchanging import Trials
from verspan.bisecting.task import COMMIT_TAG, Task
from verspan.evaluation.model import EvaluationRun, RowResult, Spent
from verspan.evaluation.records import RunQuery
from verspan.store.interface import Store
from verspan.versions.model import LoggedModel
from verspan.versions.search.model import Comparison, Field, FieldKind, ModelSearch, Operator

_RUNS = 10_000  # of one dataset, more than anybody has


def version_at(store: Store, commit: str, experiment: str) -> LoggedModel | None:
    """The newest version of a commit as it was committed; None where none is recorded."""
    where = Comparison(Field(FieldKind.ATTRIBUTE, "git_commit"), Operator.EQUAL, commit)
    found = store.models.search(ModelSearch([experiment], where=where)).models
    return next((each for each in found if each.git is not None and not each.git.dirty), None)


def runs_by_commit(store: Store, task: Task) -> Mapping[str, Sequence[EvaluationRun]]:
    """The finished runs that asked the same of a commit as it was committed, by commit, oldest first."""
    found: dict[str, list[EvaluationRun]] = defaultdict(list)
    for run in reversed(store.evaluations.find_runs(RunQuery(dataset_digest=task.dataset.digest, limit=_RUNS))):
        commit = _commit(store, run) if task.fits(run) else None
        if commit is not None:
            found[commit].append(run)
    return found


def scores_in(results: Iterable[RowResult], metric: str) -> Trials:
    """By row, what each of its answers scored; answers taken from an earlier run are that run's and count there."""
    found: dict[str, list[float]] = defaultdict(list)
    for result in results:
        if result.failure is None and not result.cached:
            for value in _values(result, metric):
                found[result.row_id].append(value)
    return found


def spent_in(results: Iterable[RowResult]) -> Spent:
    """What answers and their scores came to."""
    return sum((result.spent + result.judging for result in results), Spent())


def why_no_scores(results: Sequence[RowResult], metric: str) -> str:
    """Why there is no score of a metric among results."""
    failures = [result.failure for result in results if result.failure is not None]
    if results and len(failures) == len(results):
        return f"every row failed: {failures[0].error_type}: {failures[0].message or 'without a message'}"
    names = sorted({score.name for result in results for score in result.scores})
    errors = [score.error for result in results for score in result.scores if score.name == metric and score.error]
    if errors:
        return f"{metric} failed for every row: {errors[0]}"
    return f"no answer has a number as its score {metric!r}: the scores are {', '.join(names) or 'none'}"


def _commit(store: Store, run: EvaluationRun) -> str | None:
    """The commit that a run is of; None where it is of none, or of files that differed from it."""
    if COMMIT_TAG in run.tags:
        return run.tags[COMMIT_TAG]
    model = None if run.model_id is None else store.get_model(run.model_id)
    return None if model is None or model.git is None or model.git.dirty else model.git.commit


def _values(result: RowResult, metric: str) -> Iterator[float]:
    for score in result.scores:
        value = score.value
        named = score.name == metric and score.error is None
        if named and isinstance(value, (bool, int, float)) and math.isfinite(value):
            yield float(value)
