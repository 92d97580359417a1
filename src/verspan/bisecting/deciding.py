"""Which side a commit belongs to, and how the error probability of the whole answer is kept.

A probe errs where it calls a commit bad that is as good as the good version, or good that is as bad as the bad one.
Each of the two is one test (:func:`~verspan.bisecting.exchanging.p_lower`), and only one of them can err for a given
commit. A probe is repeated, each time with twice as many trials, until one of the tests is clear, as Feige, Raghavan,
Peleg and Upfal do in "Computing with noisy information" (1994), section 2. The error probability is split: over the
probes, and of a probe over how often it may be looked at. By Bonferroni's inequality the answer is then wrong no more
often than the sum, although all probes are compared with the same two ends. Methods that weigh all probes together
(Burnashev and Zigangirov 1974; Karp and Kleinberg, "Noisy binary search and its applications", 2007) need somewhat
fewer answers, and have to know beforehand how much worse a bad commit is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from verspan.bisecting.exchanging import Trials, p_lower
from verspan.bisecting.model import Belongs
from verspan.evaluation.model import Goal

_FOR_EXPECTED = 0.9  # of the error probability; the rest is for probes in place of skipped ones


@dataclass(frozen=True)
class Shares:
    """How an error probability is split over probes and looks.

    The first `expected` probes have equal shares of nine tenths; the k-th one after them 1 / (k (k + 1)) of the rest,
    which sums to the rest, however many commits are skipped.
    """

    alpha: float
    expected: int
    """How many probes there are if none is skipped."""
    looks: int
    """How often a probe is looked at, at most."""

    def level(self, probe: int) -> float:
        """What p-value is clear at any look of a probe, counted from 0."""
        if probe < self.expected:
            share = _FOR_EXPECTED * self.alpha / self.expected
        else:
            later = probe - self.expected + 1
            share = (1 - _FOR_EXPECTED) * self.alpha / (later * (later + 1))
        return share / self.looks


@dataclass(frozen=True)
class Decision:
    """What a look at a probe shows."""

    belongs: Belongs | None
    """None where it is not clear yet."""
    p_worse: float
    p_better: float


def expected_probes(commits: int) -> int:
    """How many of so many commits, of which the last is bad, have to be tried where history is a line."""
    return math.ceil(math.log2(commits)) if commits > 1 else 0


def looks(trials: int, most: int) -> int:
    """How often there is something to look at if trials are doubled until there are as many as there may be."""
    return 1 + math.ceil(math.log2(most / trials)) if most > trials else 1


def decided(good: Trials, bad: Trials, found: Trials, goal: Goal, level: float) -> Decision:
    """Which side a commit belongs to.

    Whoever is worse than the good version is bad, also where it is better than the bad one: then several commits have
    made it worse, and the first of them is looked for.

    Args:
        good: scores of the good version.
        bad: of the bad one.
        found: of the commit.
        goal: which way a score is better.
        level: what p-value is clear.
    """
    p_worse, p_better = worse(good, found, goal), worse(found, bad, goal)
    if p_worse <= level:
        return Decision(Belongs.BAD, p_worse, p_better)
    return Decision(Belongs.GOOD if p_better <= level else None, p_worse, p_better)


def worse(baseline: Trials, candidate: Trials, goal: Goal) -> float:
    """How often chance alone makes a candidate look as much worse, were it as good."""
    return p_lower(candidate, baseline) if goal is Goal.LOWER else p_lower(baseline, candidate)
