"""What every report says in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from verspan.comparison.model import Comparison, Direction, RowComparison, RowVerdict
from verspan.comparison.words import footnotes
from verspan.gating.model import GateResult, Verdict


@dataclass(frozen=True)
class Report:
    """What is told: a comparison, and the verdict of a gate where there is one."""

    comparison: Comparison
    gate: GateResult | None = None

    @property
    def verdict(self) -> str:
        """The gate's verdict; without a gate the worst that the comparison shows."""
        if self.gate is not None:
            return self.gate.verdict.value
        shown = {metric.direction for metric in self.comparison.metrics}
        return next((each.value for each in _WORST_FIRST if each in shown), Direction.TOO_FEW.value)

    @property
    def sentence(self) -> str:
        """What the verdict comes of."""
        if self.gate is not None:
            verdicts = Counter(check.verdict.value for check in self.gate.checks)
            return (
                f"{_listed(verdicts, [each.value for each in Verdict])} of {_counted(len(self.gate.checks), 'check')}"
            )
        directions = Counter(metric.direction.value for metric in self.comparison.metrics)
        return (
            f"{_listed(directions, [each.value for each in Direction])} "
            f"of {_counted(len(self.comparison.metrics), 'metric')}"
        )


_WORST_FIRST = (Direction.WORSE, Direction.CHANGED, Direction.BETTER, Direction.NO_EVIDENCE, Direction.TOO_FEW)


def rows_sentence(rows: Sequence[RowComparison]) -> str:
    """How many rows there are of each verdict: ``3 regressed, 197 unchanged``."""
    return _listed(Counter(row.verdict.value for row in rows), [each.value for each in RowVerdict])


def notes_beside(comparison: Comparison) -> list[str]:
    """What has to be known of the numbers; the warnings, which a report shows first, left out."""
    return footnotes(replace(comparison, warnings=()))


def shortened(text: str, most: int) -> str:
    """The beginning of a text that is too long, with how much of it there is more."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} more characters)"


def _listed(counts: Counter[str], order: Sequence[str]) -> str:
    return ", ".join(f"{counts[name]} {name}" for name in order if counts[name]) or "none"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
