"""The search over histories that are only numbers, and how often its answer is wrong, by simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from verspan.bisecting.deciding import Shares, expected_probes, looks
from verspan.bisecting.model import Belongs, Commit, Outcome, Probe
from verspan.bisecting.searching import Candidate, CannotEvaluateError, Measured, Rule, Search, StoppedError
from verspan.errors import VerspanError
from verspan.evaluation.model import Goal

ALPHA = 0.05
MOST = 8
Answer = Callable[[int, int, int], float]
"""What a commit scores in a row and a trial."""


class Line:
    """Commits with numbers for hashes, each made after the one before."""

    def between(self, good: Sequence[str], bad: str) -> Sequence[Candidate]:
        first, last = max(map(int, good)) + 1, int(bad)
        count = last - first + 1
        found = [
            Candidate(str(each), min(each - first + 1, count - (each - first + 1))) for each in range(first, last + 1)
        ]
        return sorted(found, key=lambda each: -each.splits)

    def commit(self, commit: str) -> Commit:
        return Commit(commit, f"Change {commit}", "Somebody", "2026-01-01T00:00:00+00:00")


@dataclass
class Commits:
    """What each commit answers."""

    rows: int
    answer: Answer
    broken: frozenset[int] = frozenset()
    most_evaluated: int = 1_000
    recorded: frozenset[int] = frozenset()
    known: dict[str, Measured] = field(default_factory=dict)

    def is_recorded(self, commit: str) -> bool:
        return int(commit) in self.recorded

    def measured(self, commit: str, trials: int) -> Measured:
        number = int(commit)
        if number in self.broken:
            raise CannotEvaluateError("it does not import")
        before = self.known.get(commit, Measured({}, 0))
        if before.trials >= trials:
            return before
        if len(self.known) >= self.most_evaluated:
            raise StoppedError("the budget is spent")
        scores = {
            f"row {row}": [
                *before.scores.get(f"row {row}", ()),
                *(self.answer(number, row, t) for t in range(before.trials, trials)),
            ]
            for row in range(self.rows)
        }
        self.known[commit] = Measured(scores, trials)
        return self.known[commit]


class Told:
    """What a search has told of."""

    def __init__(self) -> None:
        self.probes: list[Probe] = []

    def begins(self, commit: Commit, trials: int) -> None:
        raise AssertionError(f"whoever evaluates {commit} {trials} times tells of it")

    def ends(self, probe: Probe) -> None:
        self.probes.append(probe)


def searched(commits: int, measuring: Commits, goal: Goal = Goal.HIGHER) -> tuple[Outcome, Search]:
    """A search between commit 0 and the last one."""
    shares = Shares(ALPHA, expected_probes(commits) + 1, looks(1, MOST))
    search = Search(Line(), measuring, Rule(goal, shares, 1, MOST), Told(), ["0"], str(commits))
    return search.run(), search


def always(first_bad: int, bad_rows: int) -> Answer:
    """Some rows are right before a commit and wrong since."""
    return lambda commit, row, trial: float(not (commit >= first_bad and row < bad_rows) and trial >= 0)


def by_chance(generator: np.random.Generator, first_bad: int, rates: np.ndarray, lost: float) -> Answer:
    """Rows have rates of their own, which a commit lowers."""
    return lambda commit, row, trial: float(generator.random() < rates[row] * (lost if commit >= first_bad else 1.0))


@pytest.mark.parametrize("first_bad", range(1, 17))
def test_found(first_bad: int) -> None:
    """Wherever it is, the first bad commit of sixteen is found by four probes between the ends."""
    outcome, search = searched(16, Commits(20, always(first_bad, 20)))
    assert (outcome, search.suspects()) == (Outcome.FOUND, [str(first_bad)])
    assert len(search.probes) <= 2 + 4
    assert {probe.trials for probe in search.probes} == {1}


def test_one_row_of_hundred() -> None:
    """One row that became wrong is found out by asking as often as it takes."""
    outcome, search = searched(8, Commits(100, always(5, 1)))
    assert (outcome, search.suspects()) == (Outcome.FOUND, ["5"])
    assert {probe.trials for probe in search.probes} == {4, 8}


def test_lower_is_better() -> None:
    """Of a metric that is better the lower, bad commits are those above."""
    costs: Answer = lambda commit, row, trial: 1.0 + 0.01 * row + (0.5 if commit >= 3 else 0.0) + 0.001 * trial  # noqa: E731
    outcome, search = searched(4, Commits(20, costs), Goal.LOWER)
    assert (outcome, search.suspects()) == (Outcome.FOUND, ["3"])


def test_broken() -> None:
    """Commits that cannot be evaluated are skipped; where they hide the answer it is a range."""
    outcome, search = searched(8, Commits(20, always(7, 20), frozenset({4})))
    assert (outcome, search.suspects()) == (Outcome.FOUND, ["7"])
    outcome, search = searched(8, Commits(20, always(5, 20), frozenset({4, 5})))
    assert (outcome, sorted(search.suspects())) == (Outcome.RANGE, ["4", "5", "6"])
    assert {probe.reason for probe in search.probes if probe.belongs is Belongs.SKIPPED} == {"it does not import"}


def test_no_difference() -> None:
    """Ends that do not differ have nothing between them to find."""
    outcome, search = searched(8, Commits(20, always(99, 20)))
    assert (outcome, len(search.probes)) == (Outcome.NO_DIFFERENCE, 2)
    assert search.probes[1].trials == MOST


def test_broken_end() -> None:
    """Without an end there is nothing to compare with."""
    with pytest.raises(VerspanError, match="the good or the bad end cannot be evaluated: it does not import"):
        searched(8, Commits(20, always(5, 20), frozenset({8})))


def test_budget() -> None:
    """A search that may not go on says what is known by then."""
    outcome, search = searched(16, Commits(20, always(11, 20), most_evaluated=4))
    assert (outcome, search.stopped_by) == (Outcome.STOPPED, "the budget is spent")
    assert sorted(map(int, search.suspects())) == [9, 10, 11, 12]


def test_recorded_first() -> None:
    """A commit with results is tried before one without, where it splits the rest half as well at least."""
    _, search = searched(16, Commits(20, always(16, 20), recorded=frozenset({2, 5})))
    assert [probe.commit.commit for probe in search.probes[2:4]] == ["5", "10"]


def test_between_the_ends() -> None:
    """Where several commits made it worse, the first of them is found."""
    twice: Answer = lambda commit, row, trial: float(row >= 10 * (commit >= 3) + 10 * (commit >= 6) and trial >= 0)  # noqa: E731
    outcome, search = searched(8, Commits(30, twice))
    assert (outcome, search.suspects()) == (Outcome.FOUND, ["3"])


@pytest.mark.parametrize(("lost", "least_found"), [(0.3, 0.85), (0.6, 0.2), (0.85, 0.0)])
def test_error_probability(lost: float, least_found: float) -> None:
    """Over many random histories whose answers vary, the commit that is named is wrong no more often than said."""
    generator = np.random.default_rng(20_260_101)
    histories, found, wrong = 120, 0, 0
    for _ in range(histories):
        commits = int(generator.integers(2, 40))
        first_bad = int(generator.integers(1, commits + 1))
        answer = by_chance(generator, first_bad, generator.beta(4, 1, 25), lost)
        outcome, search = searched(commits, Commits(25, answer))
        found += outcome is Outcome.FOUND
        wrong += outcome in (Outcome.FOUND, Outcome.RANGE) and str(first_bad) not in search.suspects()
    assert wrong <= ALPHA * histories
    assert found >= least_found * histories


def test_nothing_changed() -> None:
    """Where nothing changed and answers vary, hardly ever is there a commit to name."""
    generator = np.random.default_rng(20_260_102)
    named = 0
    for _ in range(200):
        answer = by_chance(generator, 99, generator.beta(2, 2, 25), 1.0)
        named += searched(8, Commits(25, answer))[0] is not Outcome.NO_DIFFERENCE
    assert named <= ALPHA * 200


def test_shares() -> None:
    """However many probes and looks there are, the levels come to no more than the error probability."""
    shares = Shares(ALPHA, 5, looks(1, MOST))
    assert looks(1, MOST) == 4
    assert sum(shares.level(probe) * 4 for probe in range(2_000)) == pytest.approx(ALPHA, rel=0.001)
    assert [expected_probes(commits) for commits in (1, 2, 3, 4, 16, 17)] == [0, 1, 2, 2, 4, 5]
    assert [looks(2, 2), looks(3, 8), looks(1, 1)] == [1, 3, 1]
