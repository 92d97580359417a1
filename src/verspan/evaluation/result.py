"""What an evaluation came to, for whoever asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from verspan.errors import MissingPackageError
from verspan.evaluation.consistency import consistency
from verspan.evaluation.model import Aggregate, EvaluationRun, RowResult, Spent
from verspan.scorers.aggregating import aggregated


@dataclass(frozen=True)
class EvaluationResult:
    """One run with everything that it found; ``print`` shows it."""

    run: EvaluationRun
    rows: Sequence[RowResult]
    """By the dataset's order and by trial; those of an earlier part of the run included."""

    @cached_property
    def aggregates(self) -> Sequence[Aggregate]:
        """What the scores come to, with the rows behind it and the scores that failed; how far several trials agree."""
        return [*aggregated(self.rows), *consistency(self.rows)]

    @property
    def metrics(self) -> Mapping[str, float]:
        """The same as numbers by name, such as ``polite/mean``; what no row has a value for is left out."""
        return {each.name: each.value for each in self.aggregates if each.value is not None}

    @property
    def failures(self) -> Sequence[RowResult]:
        """Rows that have no answer; they are in no metric."""
        return [row for row in self.rows if row.failure is not None]

    @property
    def spent(self) -> Spent:
        """What the answers took."""
        return sum((row.spent for row in self.rows), Spent())

    @property
    def judging(self) -> Spent:
        """What scoring them took."""
        return sum((row.judging for row in self.rows), Spent())

    def to_df(self) -> Any:
        """A line for each row and trial: inputs, outputs, failure, what it took, and a column for each score.

        Returns:
            A ``pandas.DataFrame``.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        try:
            pandas = import_module("pandas")
        except ImportError as error:
            raise MissingPackageError("to_df needs pandas: pip install pandas") from error
        return pandas.DataFrame([_line(row) for row in self.rows])

    def __str__(self) -> str:
        """A few lines for people."""
        return "\n".join(_lines(self))


def _line(row: RowResult) -> dict[str, Any]:
    return {
        "row_id": row.row_id,
        "trial": row.trial,
        "trace_id": row.trace_id,
        **{f"inputs/{name}": value for name, value in row.inputs.items()},
        "outputs": row.outputs,
        "failure": None if row.failure is None else row.failure.error_type,
        "duration_ms": row.duration_ms,
        "cost_usd": row.spent.cost_usd,
        **{score.name: score.value for score in row.scores},
    }


def _lines(result: EvaluationResult) -> list[str]:
    run, failures = result.run, len(result.failures)
    asked = run.rows * run.trials
    head = f"{run.name} ({run.run_id[:12]}): {len(result.rows) - failures} of {asked} answered, {failures} failed"
    metrics = [_metric(each) for each in result.aggregates]
    stopped = [f"  stopped: {run.stopped_by}"] if run.stopped_by else []
    costs = ("answers", result.spent), ("judges", result.judging)
    return [head, *metrics, *(_cost(what, spent) for what, spent in costs if spent.calls), *_lost(result), *stopped]


def _lost(result: EvaluationResult) -> list[str]:
    lost = sum(row.lost_attempts for row in result.rows)
    return [f"  lost: {lost} attempts ended with their worker, and may have been paid for"] if lost else []


def _metric(each: Aggregate) -> str:
    value = "no value" if each.value is None else f"{each.value:.4g}"
    failures = f", {each.failures} failed" if each.failures else ""
    interval = "" if each.interval is None else ", 95 % between {:.3g} and {:.3g}".format(*each.interval)
    return f"  {each.name}: {value} ({each.count} rows{failures}{interval})"


def _cost(what: str, spent: Spent) -> str:
    cost = "" if spent.cost_usd is None else f", ${spent.cost_usd:.4f}"
    tokens = spent.input_tokens + spent.output_tokens
    unpriced = f", {spent.unpriced_calls} without a known price" if spent.unpriced_calls else ""
    return f"  {what}: {spent.calls} calls, {tokens:,} tokens{cost}{unpriced}"
