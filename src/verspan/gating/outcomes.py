"""What came of an evaluation that is a test: whether it passes, and in words what did not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verspan.gating.model import GateResult, Verdict

if TYPE_CHECKING:
    from verspan.comparison.model import RowComparison
    from verspan.evaluation.result import EvaluationResult

_SHOWN_ROWS = 5
_LONGEST = 300
"""Characters of a text of a row."""


@dataclass(frozen=True)
class Outcome:
    """A run, and what was demanded of it."""

    result: EvaluationResult
    at_least: Mapping[str, float]
    at_most: Mapping[str, float]
    max_failures: int
    gate: GateResult | None

    def check(self) -> None:
        """Fail the test where a demand is not met, and skip it where the gate is inconclusive, which is no pass."""
        import pytest

        lines = [*self.complaints()]
        if lines:
            pytest.fail("\n".join(lines), pytrace=False)
        if self.gate is not None and self.gate.verdict is Verdict.INCONCLUSIVE:
            pytest.skip(str(self.gate))

    def complaints(self) -> Iterator[str]:
        """What does not hold; nothing where all of it does."""
        missed = [*self._failures(), *self._bounds()]
        yield from missed
        if missed:
            yield from self._rows_of_failures()
        if self.gate is not None and self.gate.verdict is Verdict.FAIL:
            yield str(self.gate)
            yield from _worst(self.gate.comparison.rows)

    def properties(self) -> Iterator[tuple[str, str | float]]:
        """What a report of tests keeps of it, by names that begin with ``verspan.``."""
        run, spent = self.result.run, self.result.spent
        yield "verspan.run", run.run_id
        yield "verspan.rows", len(self.result.rows)
        yield "verspan.failures", len(self.result.failures)
        for name, value in self.result.metrics.items():
            yield f"verspan.metric.{name}", value
        if spent.cost_usd is not None:
            yield "verspan.cost_usd", spent.cost_usd
        if self.gate is not None:
            yield "verspan.verdict", self.gate.verdict.value

    def _failures(self) -> Iterator[str]:
        rows, scores = len(self.result.failures), sum(each.failures for each in self.result.aggregates)
        for number, what in ((rows, "rows have no answer"), (scores, "scores failed")):
            if number > self.max_failures:
                yield f"{number} {what}, and {self.max_failures} may"
        if self.result.run.stopped_by:
            yield f"the run has stopped before its end: {self.result.run.stopped_by}"

    def _bounds(self) -> Iterator[str]:
        metrics = self.result.metrics
        for bounds, words, sign in ((self.at_least, "at least", 1), (self.at_most, "at most", -1)):
            for name, bound in bounds.items():
                found = metrics.get(name)
                if found is None:
                    yield f"{name} has no value; the run has {', '.join(metrics) or 'no metric'}"
                elif sign * found < sign * bound:
                    yield f"{name} is {found:.4g}, and {words} {bound:.4g} is demanded"

    def _rows_of_failures(self) -> Iterator[str]:
        for row in self.result.failures[:_SHOWN_ROWS]:
            if row.failure is not None:
                yield f"  {row.row_id}: {row.failure.error_type}: {_short(row.failure.message or '')}"


def _worst(rows: Sequence[RowComparison]) -> Iterator[str]:
    """The rows that are worse off, the worst first, as the comparison has them."""
    from verspan.comparison.model import RowVerdict
    from verspan.comparison.row_words import answer_text, inputs_text, scores_text

    worse = [row for row in rows if row.verdict in (RowVerdict.ERROR, RowVerdict.REGRESSED)]
    if worse:
        yield f"{len(worse)} of {len(rows)} rows are worse, the worst first:"
    for row in worse[:_SHOWN_ROWS]:
        yield f"  {row.row_id} ({row.verdict.value}) {scores_text(row)}".rstrip()
        yield f"    asked:  {_short(inputs_text(row))}"
        yield f"    before: {_short(answer_text(row.baseline))}"
        yield f"    after:  {_short(answer_text(row.candidate))}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
