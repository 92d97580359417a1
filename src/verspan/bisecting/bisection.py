"""A bisection from its two ends to its answer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verspan.bisecting.deciding import Shares, expected_probes, looks
from verspan.bisecting.ends import end_of
from verspan.bisecting.evaluating import Evaluating
from verspan.bisecting.history import GitHistory
from verspan.bisecting.model import Belongs, Bisection, Outcome, Probe, Step
from verspan.bisecting.searching import Rule, Search, Watcher, difference
from verspan.bisecting.task import Effort, Task
from verspan.bisecting.worktrees import remove_leftovers
from verspan.diffing.asking import Asking
from verspan.errors import VerspanError
from verspan.store.interface import Store

if TYPE_CHECKING:
    from verspan.diffing.model import VersionDiff
    from verspan.versions.model import LoggedModel


@dataclass(frozen=True)
class Bisecting:
    """Where a bisection looks, and what for."""

    store: Store
    store_url: str
    history: GitHistory
    task: Task
    watcher: Watcher

    def between(
        self, good: str | LoggedModel, bad: str | LoggedModel, effort: Effort, experiment: str, *, dry_run: bool
    ) -> Bisection:
        """Search between two ends.

        Args:
            good: a version or a revision.
            bad: likewise.
            effort: how sure to be.
            experiment: whose versions commits are, where neither end is one.
            dry_run: whether to evaluate nothing.

        Raises:
            InvalidArgumentError: the good end does not come before the bad one.
            NotFoundError: there is no such version or revision.
            VerspanError: an end cannot be evaluated, or git failed.
        """
        remove_leftovers(self.task.root)
        ends = end_of(good, self.store, self.history), end_of(bad, self.store, self.history)
        first, last = (end.commit for end in ends)
        self.history.check_ancestor(first, last)
        named = next((end.experiment for end in ends if end.experiment), experiment)
        evaluating = Evaluating(self.store, self.store_url, self.history, self.task, named, self.watcher)
        commits = [each.commit for each in self.history.between([first], last)]
        expected = expected_probes(len(commits))
        # The two ends are compared first, which may err as a probe may.
        shares = Shares(effort.alpha, expected + 1, looks(effort.trials, effort.most_trials))
        rule = Rule(self.task.goal, shares, effort.trials, effort.most_trials)
        search = Search(self.history, evaluating, rule, self.watcher, [first], last)
        recorded = [commit for commit in (first, *commits) if evaluating.is_recorded(commit)]
        outcome = Outcome.PLANNED if dry_run else search.run()
        suspects = self.history.in_order(search.good, search.bad)
        return Bisection(
            metric=self.task.metric,
            goal=self.task.goal,
            outcome=outcome,
            good=self.history.commit(first),
            bad=self.history.commit(last),
            suspects=suspects,
            probes=tuple(search.probes),
            alpha=effort.alpha,
            expected_probes=expected,
            spent=evaluating.spent,
            recorded=recorded,
            step=self._step(search.probes, evaluating, suspects[0].commit) if outcome is Outcome.FOUND else None,
            warnings=[end.warning for end in ends if end.warning],
            stopped_by=search.stopped_by,
        )

    def _step(self, probes: list[Probe], evaluating: Evaluating, first_bad: str) -> Step:
        """From the commit that was found to be good last to the first bad one."""
        by_commit: Mapping[str, Probe] = {probe.commit.commit: probe for probe in probes}
        good = next(probe for probe in reversed(probes) if probe.belongs is Belongs.GOOD)
        before, after = (evaluating.measured(each, 1).scores for each in (good.commit.commit, first_bad))
        why = self._why(good, by_commit[first_bad])
        return Step(difference(before, after), self.history.stat(first_bad), why)

    def _why(self, good: Probe, bad: Probe) -> VersionDiff | None:
        if good.model_id is None or bad.model_id is None:
            return None
        with suppress(VerspanError):  # the commit is named anyway
            return Asking(self.store, self.store_url, self.task.root).difference(good.model_id, bad.model_id)
        return None
