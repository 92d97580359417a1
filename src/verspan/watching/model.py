"""What watching two versions finds: a look at a time, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verspan.comparison.model import Comparison
from verspan.gating.model import CheckResult, Verdict


@dataclass(frozen=True)
class Judgement:
    """What a comparison comes to."""

    verdict: Verdict
    """INCONCLUSIVE for as long as it may become either."""
    reason: str
    """Why, as a sentence for people."""
    checks: Sequence[CheckResult] = ()
    """What was found of each demand of the policy; none where there is no policy."""


@dataclass(frozen=True)
class Look:
    """One look at the traffic of two versions."""

    number: int
    """From 1 on."""
    time_ns: int
    """When, in nanoseconds since the epoch."""
    traces: tuple[int, int]
    """How many have been seen of the baseline and of the candidate, altogether."""
    comparison: Comparison | None
    """What all of them say; None where there are none of one version yet, and where nothing could be read."""
    judgement: Judgement
    """What that comes to."""
    ended: bool = False
    """Whether it is the last look: the verdict stands, or the time is up."""

    def __str__(self) -> str:
        from verspan.watching.words import line

        return line(self)
