"""Evaluating commits, or taking what is recorded of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from verspan.bisecting import child, job
from verspan.bisecting.history import GitHistory
from verspan.bisecting.results import runs_by_commit, scores_in, spent_in, version_at, why_no_scores
from verspan.bisecting.searching import CannotEvaluateError, Measured, StoppedError, Watcher
from verspan.bisecting.task import AFTER_TAG, COMMIT_TAG, FUNCTION_TAG, Task
from verspan.bisecting.worktrees import checked_out
from verspan.errors import VerspanError
from verspan.evaluation.model import EvaluationRun, RowResult, Spent
from verspan.evaluation.records import RunQuery
from verspan.semconv import ENV_ACTIVE_MODEL, ENV_EXPERIMENT_NAME, ENV_STORE
from verspan.store.interface import Store

_TO_END: Final = 30.0  # seconds that a process has to end in order, once it is interrupted
_SAID: Final = 500  # characters of what a process said last


@dataclass
class Evaluating:
    """Measures commits by runs in the store, and makes those that are not there yet."""

    store: Store
    store_url: str
    """How another process finds it."""
    history: GitHistory
    task: Task
    experiment: str
    """Whose versions commits are."""
    watcher: Watcher
    """Is told of each evaluation."""
    _spent: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    _measured: dict[str, Measured] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look up what is recorded."""
        self._runs = runs_by_commit(self.store, self.task)

    @property
    def spent(self) -> Spent:
        """What everything came to that was evaluated for this."""
        return sum(self._spent.values(), Spent())

    def is_recorded(self, commit: str) -> bool:
        """Whether there are results of a commit."""
        return commit in self._runs

    def measured(self, commit: str, trials: int) -> Measured:
        """The scores of a commit of as many trials or more.

        Raises:
            CannotEvaluateError: it has none.
            StoppedError: the budget is spent.
            VerspanError: no commit can be evaluated like this.
        """
        found = self._measured.get(commit) or self._read(commit)
        if found.trials < trials:
            self._evaluate(commit, trials - found.trials, found.trials)
            self._runs = runs_by_commit(self.store, self.task)
            found = self._read(commit)
        self._measured[commit] = found
        if not found.scores:
            raise CannotEvaluateError(why_no_scores(self._rows(commit), self.task.metric))
        return found

    def _read(self, commit: str) -> Measured:
        runs, rows = self._runs.get(commit, ()), self._rows(commit)
        answered = Counter(row.row_id for row in rows if not row.cached)
        run = runs[-1] if runs else None
        model = None if run is None or run.model_id is None else self.store.get_model(run.model_id)
        return Measured(
            scores=scores_in(rows, self.task.metric),
            trials=max(answered.values(), default=0),
            model_id=None if model is None else model.model_id,
            version=None if model is None else model.name,
            run_id=None if run is None else run.run_id,
            recorded=commit not in self._spent,
            spent=self._spent.get(commit, Spent()),
        )

    def _rows(self, commit: str) -> Sequence[RowResult]:
        return [row for run in self._runs.get(commit, ()) for row in self.store.evaluations.rows(run.run_id)]

    def _evaluate(self, commit: str, trials: int, after: int) -> None:
        """Make a run of a commit."""
        self._check_budget()
        self.watcher.begins(self.history.commit(commit), trials)
        model = version_at(self.store, commit, self.experiment)
        tags = {FUNCTION_TAG: self.task.function, COMMIT_TAG: commit, AFTER_TAG: str(after)}
        with checked_out(self.task.root, commit) as checkout:
            told = self._job(commit, checkout, trials, tags, None if model is None else model.model_id)
            log = checkout.parent / "log"
            self._set_up(checkout, log)
            failure = self._run(told, checkout.parent, log)
        run = self._made(tags)
        if run is not None:
            self._spent[commit] += spent_in(self.store.evaluations.rows(run.run_id))
            if run.stopped_by is not None:
                raise StoppedError(run.stopped_by)
        if failure is not None or run is None:
            raise CannotEvaluateError(failure or "its process made no run")

    def _job(self, commit: str, checkout: Path, trials: int, tags: dict[str, str], model_id: str | None) -> job.Job:
        task, spent = self.task, self.spent
        tokens = spent.input_tokens + spent.output_tokens
        return job.Job(
            function=task.function,
            scorers=task.scorers,
            home=str(task.home),
            root=str(task.root),
            checkout=str(checkout),
            within=task.within,
            description=self.history.description(commit),
            model_id=model_id,
            name=f"bisect {task.metric}",
            trials=trials,
            tags=tags,
            concurrency=task.concurrency,
            timeout_s=task.timeout_s,
            budget_usd=None if task.budget_usd is None else task.budget_usd - (spent.cost_usd or 0.0),
            budget_tokens=None if task.budget_tokens is None else task.budget_tokens - tokens,
            dataset=job.dataset_document(task.dataset),
        )

    def _check_budget(self) -> None:
        task, spent = self.task, self.spent
        if task.budget_usd is not None and (spent.cost_usd or 0.0) >= task.budget_usd:
            raise StoppedError(f"the budget of ${task.budget_usd:g} is spent")
        if task.budget_tokens is not None and spent.input_tokens + spent.output_tokens >= task.budget_tokens:
            raise StoppedError(f"the budget of {task.budget_tokens:,} tokens is spent")

    def _made(self, tags: dict[str, str]) -> EvaluationRun | None:
        """The newest run with these tags."""
        found = self.store.evaluations.find_runs(RunQuery(dataset_digest=self.task.dataset.digest))
        return next((run for run in found if dict(run.tags) == tags), None)

    def _set_up(self, checkout: Path, log: Path) -> None:
        folder = checkout / self.task.within
        if not folder.is_dir():
            raise CannotEvaluateError(f"the commit has no folder {self.task.within}")
        if self.task.setup is None:
            return
        with log.open("wb") as file:
            done = subprocess.run(  # noqa: S602 - the user's own command, as it was typed
                self.task.setup,
                shell=True,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise CannotEvaluateError(f"the setup ended with {done.returncode}: {_said(log)}")

    def _run(self, told: job.Job, folder: Path, log: Path) -> str | None:
        """Have a process do a job.

        Returns:
            Why it failed; None where it did not.
        """
        path = folder / "job.json"
        job.write(told, path)
        command = [sys.executable, "-m", child.__name__, str(path)]
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 - this interpreter
                command,
                cwd=folder,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
            try:
                code = process.wait()
            finally:
                _end(process)
        if code == child.WRONG_CODE:
            raise VerspanError(_said(log))
        return None if code == 0 else _said(log) or f"its process ended with {code}"

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != ENV_ACTIVE_MODEL}
        return {**kept, ENV_STORE: self.store_url, ENV_EXPERIMENT_NAME: self.experiment}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Have a process end in order, if it has not: it keeps what it has paid for."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _said(log: Path) -> str:
    """What a process said last."""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1].strip()[:_SAID] if lines else ""
