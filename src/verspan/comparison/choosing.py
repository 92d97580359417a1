"""Which evaluation runs are compared where versions are named."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verspan.evaluation.model import EvaluationRun, RunStatus
from verspan.evaluation.records import RunQuery
from verspan.evaluation.result import EvaluationResult
from verspan.versions.resolving import resolve_model

if TYPE_CHECKING:
    from verspan.store.interface import Store

Named = str | EvaluationResult
"""A version by its name or id or the beginning of either, a run by its id, or what came of one."""
RunsOfBoth = tuple[EvaluationRun, EvaluationRun]
_RUN_ID = re.compile(r"run-[0-9a-f]+")
_MOST_RUNS = 1_000


def is_run(named: Named) -> bool:
    """Whether it is a run, and not a version."""
    return isinstance(named, EvaluationResult) or _RUN_ID.fullmatch(named) is not None


@dataclass(frozen=True)
class Candidates:
    """The runs that may be meant on one side."""

    label: str
    runs: Sequence[EvaluationRun]
    """The newest first."""
    chosen: bool
    """Whether it is the one run that somebody named."""


def candidates(store: Store, named: Named, dataset: str | None) -> Candidates:
    """The run that is named, or the finished runs of the version that is.

    Args:
        store: where runs are kept.
        named: a version, or a run.
        dataset: only runs over it: its name, or NAME@DIGEST with the beginning of one.

    Raises:
        NotFoundError: there is no such run or version, or several.
        StoreError: the store cannot be read.
    """
    if is_run(named):
        run = named.run if isinstance(named, EvaluationResult) else store.evaluations.load_run(named)
        return Candidates(run.run_id, [run] if _over(run, dataset) else [], chosen=True)
    model = resolve_model(store, str(named))
    found = store.evaluations.find_runs(RunQuery(model_id=model.model_id, limit=_MOST_RUNS))
    finished = [run for run in found if run.status is RunStatus.FINISHED and _over(run, dataset)]
    return Candidates(model.name, finished, chosen=False)


def chosen_runs(baseline: Candidates, candidate: Candidates, *, same_rows: bool) -> RunsOfBoth | None:
    """The newest run of each over the same version of a dataset, of which the newest that both have is taken.

    Args:
        baseline: one side.
        candidate: the other.
        same_rows: whether runs over different versions of a dataset are none to compare.

    Returns:
        The two; None where no two of them can be compared.
    """
    found = _newest(baseline, candidate, lambda run: run.dataset_digest)
    if found is None and not same_rows:
        found = _newest(baseline, candidate, lambda run: run.dataset_name)
    if found is None and baseline.chosen and candidate.chosen and baseline.runs and candidate.runs:
        found = baseline.runs[0], candidate.runs[0]
    return found


def listed(side: Candidates) -> str:
    """What a side has to compare, for an error."""
    over = dict.fromkeys(f"{run.dataset_name}@{run.dataset_digest[:8]}" for run in side.runs)
    return f"{side.label} has finished runs over {', '.join(over) or 'nothing'}"


def _newest(baseline: Candidates, candidate: Candidates, kind: Callable[[EvaluationRun], str]) -> RunsOfBoth | None:
    before, after = ({kind(run): run for run in reversed(side.runs)} for side in (baseline, candidate))
    pairs = [(before[each], after[each]) for each in before if each in after and before[each] != after[each]]
    return max(pairs, key=lambda pair: min(run.started_ms for run in pair), default=None)


def _over(run: EvaluationRun, dataset: str | None) -> bool:
    if dataset is None or run.dataset_name == dataset:
        return True
    name, _, digest = dataset.rpartition("@")
    return run.dataset_name == name and run.dataset_digest.startswith(digest)
