"""Runs as an evaluation leaves them, made of a few figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from verspan.assessments.model import AssessmentError, Feedback
from verspan.comparison.runs import ComparedRun, RunPair
from verspan.evaluation.model import EvaluationRun, Goal, RowFailure, RowResult, RunStatus, ScorerRecord, Spent

DAY_MS = 24 * 3600 * 1000
EXACT = ScorerRecord("exact", "0" * 12)


def run(number: int, model_id: str | None = None, *, digest: str = "d" * 64, **fields: Any) -> EvaluationRun:
    """A finished run over a dataset, started so many hours after the first, that took a day."""
    known = {
        "scorers": (EXACT,),
        "rows": 10,
        "status": RunStatus.FINISHED,
        "started_ms": number * 3_600_000,
        "ended_ms": number * 3_600_000 + DAY_MS,
        "function": "app.answer",
        **fields,
    }
    return EvaluationRun(f"run-{number:032x}", f"run {number}", model_id, "support", digest, **known)


def row(row_id: str, trial: int = 0, scores: Mapping[str, Any] | None = None, **fields: Any) -> RowResult:
    """An answer with its scores; a score of None has failed."""
    given = [
        Feedback(name, value=value, error=AssessmentError("ValueError") if value is None else None)
        for name, value in (scores or {}).items()
    ]
    known = {"outputs": f"answer to {row_id}", "duration_ms": 100.0, "inputs": {"question": row_id}, **fields}
    return RowResult(row_id, trial, trace_id=row_id.encode().hex().rjust(32, "0"), scores=given, **known)


def failed(row_id: str, trial: int = 0) -> RowResult:
    """A row that has no answer."""
    return row(row_id, trial, outputs=None, failure=RowFailure("ValueError", "no such order"))


def exact(values: Iterable[Any], *, first: int = 0) -> list[RowResult]:
    """A row for each value of the score ``exact``."""
    return [row(f"r-{number:04}", scores={"exact": value}) for number, value in enumerate(values, first)]


def paid(tokens: int, cost_usd: float | None, *, unpriced: int = 0) -> Spent:
    """What one call took."""
    return Spent(1, tokens, tokens // 10, cost_usd, unpriced)


def pair(
    before: Sequence[RowResult], after: Sequence[RowResult], runs: Sequence[EvaluationRun] = (run(1), run(2))
) -> RunPair:
    """Two runs side by side."""
    return RunPair(ComparedRun(runs[0], "a", before), ComparedRun(runs[1], "b", after))


def scorer(name: str, version: str = "0" * 12, goal: Goal = Goal.HIGHER, model: str | None = None) -> ScorerRecord:
    """A scorer as a run used it."""
    return ScorerRecord(name, version, goal, model)
