"""What there is to know of a run before anything is asked."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from verspan.context import ActiveVersion, active_version
from verspan.datasets.model import Dataset
from verspan.evaluation.caching import earlier_answers
from verspan.evaluation.calling import is_asynchronous
from verspan.evaluation.holding import Holding
from verspan.evaluation.model import EvaluationRun, RunStatus
from verspan.evaluation.plan import Side
from verspan.evaluation.records import EvaluationRecords
from verspan.evaluation.resuming import ended_early
from verspan.scorers.model import Scorer
from verspan.tracing.arguments import full_name
from verspan.versions.active import active_model
from verspan.versions.identity import is_model_id

if TYPE_CHECKING:
    from verspan.versions.model import LoggedModel

_logger = logging.getLogger(__name__)


def planned_run(
    dataset: Dataset, scorers: Sequence[Scorer], trials: int, name: str | None, tags: Mapping[str, str]
) -> EvaluationRun:
    """A run as it is before anybody says whose it is."""
    return EvaluationRun(
        run_id="",
        name=name or "",
        model_id=None,
        dataset_name=dataset.name,
        dataset_digest=dataset.digest,
        scorers=tuple(scorer.record for scorer in scorers),
        rows=len(dataset),
        trials=trials,
        started_ms=time.time_ns() // 1_000_000,
        tags=tags,
    )


def named_version(version: str | LoggedModel | None) -> ActiveVersion:
    """The version that is meant by its name, its id or its record; where none is, the active one."""
    if version is None:
        return active_version() or active_model().version()
    named = version if isinstance(version, str) else version.model_id
    return (active_model(model_id=named) if is_model_id(named) else active_model(named)).version()


class Preparing:
    """Makes the sides of an evaluation, and keeps their runs."""

    def __init__(
        self, records: EvaluationRecords, planned: EvaluationRun, holding: Holding, *, resume: bool, cache: bool
    ) -> None:
        self._records = records
        self._planned = planned
        self._holding = holding
        self._resume = resume
        self._cache = cache

    def side(self, function: Callable[..., Any] | None, version: ActiveVersion | None) -> Side:
        """The side of a version: a run that has ended early, or a new one.

        Raises:
            InvalidArgumentError: the function is none.
        """
        run = self._run(function, version)
        answers = earlier_answers(self._records, run) if self._cache else {}
        found = self._resumed(run) if self._resume else None
        if found is None:
            self._holding.take(run.run_id)
            self._records.keep_run(run)
            return Side(run, function, version, cached=answers)
        earlier = {(row.row_id, row.trial): row for row in self._records.rows(found.run_id)}
        answered = {key: row for key, row in earlier.items() if not row.scored}
        scored = {key: row for key, row in earlier.items() if row.scored}
        return Side(found, function, version, scored, answers, answered)

    def _resumed(self, run: EvaluationRun) -> EvaluationRun | None:
        """The newest run of the same that has ended early, which is held from now on; None where there is none."""
        for found in ended_early(self._records, run):
            holder = self._holding.take(found.run_id)
            if holder is None:  # it may have come to its end since it was found
                kept = self._records.load_run(found.run_id)
                return None if kept.status is RunStatus.FINISHED else kept
            _logger.warning(
                "The evaluation %r is under way in process %d as %s: this one is a run of its own, and asks every row. "
                "Give it a name of its own, or wait for the other.",
                found.name,
                holder,
                found.run_id,
            )
        return None

    def _run(self, function: Callable[..., Any] | None, version: ActiveVersion | None) -> EvaluationRun:
        if function is not None:
            is_asynchronous(function)  # which says what is no function before anything is kept
        answered_by = None if function is None else full_name(function)
        return replace(
            self._planned,
            run_id=f"run-{uuid4().hex}",
            name=self._planned.name or (answered_by or "answers").rpartition(".")[2],
            model_id=None if version is None else version.model_id,
            function=answered_by,
        )
