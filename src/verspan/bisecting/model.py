"""What a bisection says: the commits that were tried, which side each belongs to, and the first bad one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from verspan.comparison.model import Difference
from verspan.diffing.model import VersionDiff
from verspan.evaluation.model import Goal, Spent


class Belongs(str, Enum):
    """Which side a commit belongs to."""

    GOOD = "good"
    """It is better than the bad version, and not shown to be worse than the good one."""
    BAD = "bad"
    """It is worse than the good version."""
    SKIPPED = "skipped"
    """It could not be evaluated, or neither was shown as often as its rows were asked."""


class Outcome(str, Enum):
    """How a bisection ended."""

    FOUND = "found"
    """One commit is the first bad one."""
    RANGE = "range"
    """It is one of several, between which nothing could be told."""
    NO_DIFFERENCE = "no difference"
    """The bad version was not shown to be worse than the good one, so there is nothing to find."""
    STOPPED = "stopped"
    """The budget was spent before it was found."""
    PLANNED = "planned"
    """Nothing was evaluated, as was asked for."""


@dataclass(frozen=True)
class Commit:
    """A commit as git tells of it."""

    commit: str
    """Its full hash."""
    subject: str
    author: str
    date: str
    """Of the author, in ISO 8601."""


@dataclass(frozen=True)
class Probe:
    """A commit that was tried."""

    commit: Commit
    belongs: Belongs
    model_id: str | None = None
    """Its version; None where none was recorded."""
    version: str | None = None
    """The version's name."""
    run_id: str | None = None
    """The evaluation run that it was judged by, the last where there are several."""
    recorded: bool = False
    """Whether the run was there before."""
    trials: int = 0
    """How often each row was answered in it."""
    from_good: Difference | None = None
    """The good version's rows as baseline, and its own beside them; None where there are none."""
    from_bad: Difference | None = None
    """Likewise the bad version's."""
    p_worse: float | None = None
    """How often chance alone makes it look as much worse than the good version, were it as good."""
    p_better: float | None = None
    """How often chance alone makes it look as much better than the bad version, were it as bad."""
    spent: Spent = field(default_factory=Spent)
    """What its runs came to that were made for this."""
    reason: str | None = None
    """Why it was skipped."""


@dataclass(frozen=True)
class Step:
    """The first bad commit beside the last good one."""

    difference: Difference | None
    """The last good commit's figure, the first bad one's, and how far they are apart."""
    stat: str
    """What the first bad commit changed, as ``git show --stat`` says it."""
    why: VersionDiff | None = None
    """The same as Verspan tells it; None where not both are recorded."""


@dataclass(frozen=True)
class Bisection:
    """A whole bisection; ``print`` shows it."""

    metric: str
    goal: Goal
    outcome: Outcome
    good: Commit
    bad: Commit
    suspects: Sequence[Commit]
    """What the first bad commit is one of, oldest first: one commit where it was found."""
    probes: Sequence[Probe]
    """Everything that was tried, in this order; the two ends first."""
    alpha: float
    """How often the answer may be wrong, if the metric got worse once."""
    expected_probes: int
    """How many commits between the ends had to be tried at most, if none were skipped."""
    spent: Spent
    """What the runs came to that were made for this."""
    recorded: Sequence[str] = ()
    """Commits between the ends of which there were results before, by hash."""
    step: Step | None = None
    """What happened from the last good commit to the first bad one; None unless one was found."""
    warnings: Sequence[str] = ()
    stopped_by: str | None = None
    """Why it stopped before its end, as a sentence."""

    @property
    def first_bad(self) -> Commit | None:
        """The commit that made it worse; None unless one was found."""
        return self.suspects[0] if self.outcome is Outcome.FOUND else None

    def __str__(self) -> str:
        from verspan.bisecting.words import told

        return "\n".join(told(self))
