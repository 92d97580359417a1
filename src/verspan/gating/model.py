"""What a gate says: a verdict, and the checks that it comes of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from verspan.comparison.model import Comparison


class Verdict(str, Enum):
    """What comes of a demand, or of all of them."""

    PASS = "pass"  # noqa: S105 - no password
    """The evidence shows that it is met."""
    FAIL = "fail"
    """The evidence shows that it is not."""
    INCONCLUSIVE = "inconclusive"
    """Neither is shown: there is too little evidence, or none."""


@dataclass(frozen=True)
class CheckResult:
    """One demand, and what was found of it; all texts are for people."""

    metric: str
    """The metric's name; ``rows`` and ``warnings`` for what is demanded of these."""
    verdict: Verdict
    demand: str
    """Such as ``at most 1500 ms``."""
    found: str
    """Such as ``1,320 ms (1,210 ms to 1,460 ms; 240 rows)``; ``-`` where nothing was found."""
    reason: str
    """Why the one makes the verdict of the other, as a sentence."""


@dataclass(frozen=True)
class GateResult:
    """The verdict over a comparison; ``print`` shows it."""

    verdict: Verdict
    checks: Sequence[CheckResult]
    """In the policy's order."""
    comparison: Comparison

    def __str__(self) -> str:
        comparison = self.comparison
        head = f"{self.verdict.value}: {comparison.baseline} → {comparison.candidate}"
        lines = (
            f"  {check.verdict.value:12}  {check.metric}, {check.demand}: {check.found}. {check.reason}"
            for check in self.checks
        )
        return "\n".join([head, *lines])


def overall(checks: Sequence[CheckResult], on_inconclusive: Verdict) -> Verdict:
    """The verdict of several checks: one that fails decides, then one that shows nothing.

    Args:
        checks: what was found of each demand.
        on_inconclusive: what is made of checks of which some show nothing and none fails.
    """
    verdicts = {check.verdict for check in checks}
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return on_inconclusive if Verdict.INCONCLUSIVE in verdicts else Verdict.PASS
