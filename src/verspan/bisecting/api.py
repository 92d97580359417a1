"""Finding the commit that made a metric worse: the function behind ``verspan.bisect`` and ``verspan bisect``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verspan.bisecting.task import Effort, Task
from verspan.cli.evaluate_loading import load_rows, load_scorer
from verspan.comparison.installed import check_installed
from verspan.context import current_experiment
from verspan.errors import InvalidArgumentError
from verspan.evaluation.plan import Limits
from verspan.evaluation.rows import dataset_of
from verspan.evaluation.scorers import checked_scorers
from verspan.versions.git import root_of
from verspan.versions.registry import opened_store, store_place

if TYPE_CHECKING:
    from verspan.bisecting.model import Bisection, Commit, Probe
    from verspan.bisecting.searching import Watcher
    from verspan.versions.model import LoggedModel


def bisect(  # noqa: PLR0913 - each says something else of how commits are evaluated
    metric: str,
    good: str | LoggedModel,
    bad: str | LoggedModel,
    data: Any,
    run: str,
    *,
    scorers: Sequence[str],
    setup: str | None = None,
    trials: int = 1,
    most_trials: int = 8,
    alpha: float = 0.05,
    budget_usd: float | None = None,
    budget_tokens: int | None = None,
    concurrency: int = 8,
    timeout_s: float | None = None,
    path: str | None = None,
    repository: str | Path | None = None,
    dry_run: bool = False,
    watcher: Watcher | None = None,
) -> Bisection:
    """Find the commit between two versions that made a metric worse.

    ::

        found = verspan.bisect(
            "correctness", "agent-1a2b3c4d", "agent-5e6f7a8b", "support", "app:answer", scorers=["app:correctness"]
        )
        found.first_bad   # Commit(commit="…", subject="Shorten the prompt", …)

    Commits are evaluated in worktrees of git in a temporary folder, each in a process of its own; neither the working
    tree nor the index, HEAD or the stash is touched. Runs are kept under the commits' versions, so that what was
    evaluated once, by this or by :func:`verspan.evaluate`, is not paid for again. Rows are asked again, each time
    twice as often, until it is clear which side a commit belongs to: see :mod:`verspan.bisecting.deciding`.

    Args:
        metric: the name of the score that became worse.
        good: a version, its name or id, or a git revision; before the metric got worse.
        bad: likewise; after it.
        data: a dataset, its name, a file of JSON lines, or rows.
        run: what answers, as ``module:function``, in every commit.
        scorers: what judges, as ``module:name`` of the working directory, or names of built-in scorers.
        setup: a command that is run in each checkout before, such as ``pip install -e .``.
        trials: how often each row is answered at first.
        most_trials: how often at most; a commit that is not clear then is skipped.
        alpha: how often the answer may be wrong.
        budget_usd: how many US dollars all of it may come to; what is known by then is told.
        budget_tokens: likewise in tokens.
        concurrency: how many rows are under way at a time.
        timeout_s: how many seconds a call may take.
        path: the folder of the repository that the function is run in; where the working directory is in it, that.
        repository: a folder in the repository; the working directory's where it is None.
        dry_run: whether to say only what would have to be done.
        watcher: is told of each commit that is tried.

    Returns:
        What was found; ``print`` shows it.

    Raises:
        InvalidArgumentError: an argument is not usable, or the good commit does not come before the bad one.
        MissingPackageError: SciPy is not installed.
        NotFoundError: there is no such version, revision or dataset.
        VerspanError: one of the ends cannot be evaluated, or git failed.
        StoreError: the store cannot be read or written.
    """
    check_installed()
    from verspan.bisecting.bisection import Bisecting
    from verspan.bisecting.history import GitHistory

    effort = Effort(alpha, trials, most_trials)
    _check(run, scorers, effort)
    Limits(concurrency, timeout_s, budget_usd=budget_usd, budget_tokens=budget_tokens)  # which says what is no limit
    root, judges = _root(repository), checked_scorers([load_scorer(each) for each in scorers])
    task = Task(
        metric=metric.removesuffix("/mean"),
        dataset=dataset_of(load_rows(data, None) if isinstance(data, str) else data),
        function=run,
        scorers=tuple(scorers),
        records=tuple(judge.record for judge in judges),
        root=root,
        home=Path.cwd(),
        within=_within(root) if path is None else path,
        setup=setup,
        concurrency=concurrency,
        timeout_s=timeout_s,
        budget_usd=budget_usd,
        budget_tokens=budget_tokens,
    )
    with opened_store(create=True) as store:
        bisecting = Bisecting(store, store_place(), GitHistory(root), task, watcher or _Nobody())
        return bisecting.between(good, bad, effort, current_experiment(), dry_run=dry_run)


class _Nobody:
    """Watches nothing."""

    def begins(self, commit: Commit, trials: int) -> None:
        """Nobody looks."""

    def ends(self, probe: Probe) -> None:
        """Likewise."""


def _check(run: str, scorers: Sequence[str], effort: Effort) -> None:
    if not all(run.partition(":")):
        raise InvalidArgumentError(f"{run!r} names no function: write MODULE:FUNCTION, such as app:answer")
    if isinstance(scorers, str) or not scorers or not all(isinstance(each, str) for each in scorers):
        raise InvalidArgumentError("scorers are given by name, such as ['app:correctness']: other processes load them")
    if not 0 < effort.alpha < 1:
        raise InvalidArgumentError(f"alpha is between 0 and 1, such as 0.05, and not {effort.alpha}")
    if not 1 <= effort.trials <= effort.most_trials:
        raise InvalidArgumentError(
            f"trials={effort.trials}, most_trials={effort.most_trials}: a row is answered once at least, and at first "
            "no more often than at most"
        )


def _root(repository: str | Path | None) -> Path:
    folder = Path.cwd() if repository is None else Path(repository)
    root = root_of(folder.absolute())
    if root is None:
        raise InvalidArgumentError(f"{folder} is in no git repository, so there is no history to search")
    return root.resolve()


def _within(root: Path) -> str:
    """Where in the repository the working directory is; its root where it is elsewhere."""
    here = Path.cwd().resolve()
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else ""
