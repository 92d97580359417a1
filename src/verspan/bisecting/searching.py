"""The search itself, whatever the history and however commits are measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from verspan.bisecting.deciding import Decision, Shares, decided, worse
from verspan.bisecting.exchanging import Trials
from verspan.bisecting.model import Belongs, Commit, Outcome, Probe
from verspan.comparison.means import paired_mean_difference
from verspan.comparison.model import Difference
from verspan.comparison.rates import paired_rate_difference
from verspan.comparison.samples import Pairs
from verspan.errors import VerspanError
from verspan.evaluation.model import Goal, Spent

_CONFIDENCE = 0.95
_WORTH = (
    0.5  # of the best split: a commit with results that splits the rest as well as this is tried before one without
)


class CannotEvaluateError(Exception):
    """Nothing can be told of a commit; the message says why."""


class StoppedError(Exception):
    """Nothing more may be evaluated; the message says why."""


@dataclass(frozen=True)
class Candidate:
    """A commit that may be the first bad one."""

    commit: str
    splits: int
    """How many commits are ruled out at least, whichever side it belongs to."""


@dataclass(frozen=True)
class Measured:
    """What is known of a commit."""

    scores: Trials
    """By row, what each of its trials scored; a row without any score is not in it."""
    trials: int
    """How often its rows were answered, at most."""
    model_id: str | None = None
    version: str | None = None
    run_id: str | None = None
    recorded: bool = True
    """Whether nothing had to be evaluated for it."""
    spent: Spent = field(default_factory=Spent)


class History(Protocol):
    """The commits between the good one and the bad one."""

    def between(self, good: Sequence[str], bad: str) -> Sequence[Candidate]:
        """What may be the first bad commit, the best to try first; the bad one itself is among them."""
        ...

    def commit(self, commit: str) -> Commit:
        """What git tells of a commit."""
        ...


class Measuring(Protocol):
    """Evaluates commits, or finds what is recorded of them."""

    def is_recorded(self, commit: str) -> bool:
        """Whether there are results of it."""
        ...

    def measured(self, commit: str, trials: int) -> Measured:
        """The scores of a commit of as many trials or more.

        Raises:
            CannotEvaluateError: it has none.
            StoppedError: nothing more may be evaluated.
        """
        ...


class Watcher(Protocol):
    """Is told how far a search has come."""

    def begins(self, commit: Commit, trials: int) -> None:
        """A commit is evaluated, as many times more."""
        ...

    def ends(self, probe: Probe) -> None:
        """A commit has been tried."""
        ...


@dataclass(frozen=True)
class Rule:
    """When something is clear."""

    goal: Goal
    shares: Shares
    trials: int = 1
    """How often each row is answered at first."""
    most_trials: int = 8
    """How often at most."""


@dataclass
class Search:
    """A search from two ends towards the first bad commit."""

    history: History
    measuring: Measuring
    rule: Rule
    watcher: Watcher
    good: list[str]
    """Commits that are good, the one to begin with first."""
    bad: str
    probes: list[Probe] = field(default_factory=list)
    stopped_by: str | None = None
    _last_bad: str = ""

    def __post_init__(self) -> None:
        """The ends that the others are compared with stay the same, whatever is found between them."""
        self._last_bad = self.bad

    def run(self) -> Outcome:
        """Search until the first bad commit is found, or until nothing more can be told.

        Raises:
            VerspanError: one of the ends cannot be evaluated.
        """
        try:
            if not self._ends_differ():
                return Outcome.NO_DIFFERENCE
            while (following := self._next()) is not None:
                self._take(self._probe(following))
        except StoppedError as error:
            self.stopped_by = str(error)
            return Outcome.STOPPED
        return Outcome.FOUND if len(self.suspects()) == 1 else Outcome.RANGE

    def suspects(self) -> list[str]:
        """What the first bad commit is one of."""
        return [each.commit for each in self.history.between(self.good, self.bad)]

    def _next(self) -> str | None:
        """The commit to try next: the one that splits the rest best, or nearly so where it has results already."""
        tried = {probe.commit.commit for probe in self.probes} | {self.bad}
        left = [each for each in self.history.between(self.good, self.bad) if each.commit not in tried]
        if not left:
            return None
        worth = [each for each in left if each.splits >= _WORTH * left[0].splits]
        recorded = (each for each in worth if self.measuring.is_recorded(each.commit))
        return next(recorded, left[0]).commit

    def _take(self, probe: Probe) -> None:
        self.probes.append(probe)
        self.watcher.ends(probe)
        if probe.belongs is Belongs.GOOD:
            self.good.append(probe.commit.commit)
        elif probe.belongs is Belongs.BAD:
            self.bad = probe.commit.commit

    def _ends_differ(self) -> bool:
        """Whether the bad end is shown to be worse than the good one; both become probes."""
        trials, level = self.rule.trials, self.rule.shares.level(0)
        while True:
            good, bad = self._ends(trials)
            p_value = worse(good.scores, bad.scores, self.rule.goal)
            if p_value <= level or trials >= self.rule.most_trials:
                break
            trials = self._more(trials)
        for end, found, belongs in ((self.good[0], good, Belongs.GOOD), (self._last_bad, bad, Belongs.BAD)):
            self._take(self._told(end, found, belongs, Decision(belongs, p_value, p_value)))
        return p_value <= level

    def _probe(self, commit: str) -> Probe:
        trials, level = self.rule.trials, self.rule.shares.level(len(self.probes) - 1)  # the two ends were one
        try:
            while True:
                found = self.measuring.measured(commit, trials)
                decision = self._decided(found, trials, level)
                if decision.belongs is not None or trials >= self.rule.most_trials:
                    break
                trials = self._more(trials)
        except CannotEvaluateError as error:
            return Probe(self.history.commit(commit), Belongs.SKIPPED, reason=str(error))
        return self._told(commit, found, decision.belongs or Belongs.SKIPPED, decision)

    def _decided(self, found: Measured, trials: int, level: float) -> Decision:
        good, bad = self._ends(trials)
        return decided(good.scores, bad.scores, found.scores, self.rule.goal, level)

    def _ends(self, trials: int) -> tuple[Measured, Measured]:
        """What everything is compared with: it is not found anew where there are as many trials."""
        try:
            return self.measuring.measured(self.good[0], trials), self.measuring.measured(self._last_bad, trials)
        except CannotEvaluateError as error:
            raise VerspanError(f"the good or the bad end cannot be evaluated: {error}") from error

    def _more(self, trials: int) -> int:
        return min(2 * trials, self.rule.most_trials)

    def _told(self, commit: str, found: Measured, belongs: Belongs, decision: Decision) -> Probe:
        good, bad = self._ends(1)
        unclear = (
            f"after {found.trials} trials it is neither shown to be worse than the good version "
            f"(p = {decision.p_worse:.2g}) nor to be better than the bad one (p = {decision.p_better:.2g})"
        )
        return Probe(
            commit=self.history.commit(commit),
            belongs=belongs,
            model_id=found.model_id,
            version=found.version,
            run_id=found.run_id,
            recorded=found.recorded,
            trials=found.trials,
            from_good=difference(good.scores, found.scores),
            from_bad=difference(bad.scores, found.scores),
            p_worse=decision.p_worse,
            p_better=decision.p_better,
            spent=found.spent,
            reason=unclear if belongs is Belongs.SKIPPED else None,
        )


def difference(baseline: Trials, candidate: Trials) -> Difference | None:
    """The figures of two commits over the rows that both have, each row's trials as their mean; None without rows."""
    rows = sorted(baseline.keys() & candidate.keys())
    if not rows:
        return None
    pairs = Pairs.of(_means(baseline, rows), _means(candidate, rows))
    return (paired_rate_difference if pairs.is_binary else paired_mean_difference)(pairs, _CONFIDENCE)


def _means(scores: Mapping[str, Sequence[float]], rows: Sequence[str]) -> list[float]:
    return [sum(scores[row]) / len(scores[row]) for row in rows]
