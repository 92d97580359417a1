"""Evaluation runs and what came of their rows."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from dataclasses import replace
from functools import partial

from verspan.assessments.model import AssessmentError, AssessmentSource, AssessmentSourceType, Feedback
from verspan.errors import NotFoundError
from verspan.evaluation.model import EvaluationRun, Goal, RowFailure, RowResult, RunStatus, ScorerRecord, Spent
from verspan.evaluation.records import RunQuery
from verspan.store.conformance.records import refused
from verspan.store.interface import Store


def a_run(number: int, name: str = "nightly") -> EvaluationRun:
    """A run with something in every field."""
    return EvaluationRun(
        run_id=f"run-{number:032x}",
        name=name,
        model_id=f"m-{number:032x}",
        dataset_name="support",
        dataset_digest=f"{number % 2:064x}",
        scorers=(
            ScorerRecord("polite", "0123456789ab"),
            ScorerRecord("cost", "ba9876543210", Goal.LOWER, "gpt-4o-mini"),
        ),
        rows=2,
        trials=3,
        status=RunStatus.STOPPED,
        started_ms=1_000 + number,
        ended_ms=9_000,
        tags={"branch": "main"},
        stopped_by="the budget was spent",
        function="app:answer",
    )


def a_result() -> RowResult:
    """A result with something in every field."""
    judge = AssessmentSource(AssessmentSourceType.LLM_JUDGE, "gpt-4o-mini")
    return RowResult(
        row_id="r-1",
        trial=1,
        trace_id=f"{7:032x}",
        outputs={"answer": ["no", 1.5, None]},
        failure=RowFailure("Timeout", "it took more than 60 s"),
        duration_ms=12.5,
        attempts=2,
        spent=Spent(2, 10, 5, 0.25, 1),
        judging=Spent(1, 3, 4),
        scores=(
            Feedback("polite", value=True, rationale="it says please", metadata={"judge": "2"}, trace_id=f"{7:032x}"),
            Feedback("correct", error=AssessmentError("ValueError", "no answer"), source=judge),
        ),
        cached=True,
        inputs={"question": "Where is it?"},
        lost_attempts=1,
    )


class EvaluationConformance:
    """Of a store's evaluations."""

    def test_run(self, store: Store) -> None:
        """A run comes back as it was kept, and what is told of it later takes its place."""
        running = replace(a_run(1), status=RunStatus.RUNNING, ended_ms=None, stopped_by=None)
        store.evaluations.keep_run(running)
        assert store.evaluations.load_run(running.run_id) == running
        store.evaluations.keep_run(a_run(1))
        assert store.evaluations.load_run(a_run(1).run_id) == a_run(1)

    def test_finding(self, store: Store) -> None:
        """Runs are found by what is asked of them, newest first."""
        runs = [a_run(number, name) for number, name in enumerate(("nightly", "nightly", "release"))]
        for run in runs:
            store.evaluations.keep_run(run)
        found = store.evaluations.find_runs
        assert found(RunQuery()) == runs[::-1]
        assert found(RunQuery(limit=1)) == runs[2:]
        assert found(RunQuery(name="nightly")) == [runs[1], runs[0]]
        assert found(RunQuery(model_id=runs[1].model_id)) == [runs[1]]
        assert found(RunQuery(dataset_name="support", dataset_digest=f"{0:064x}")) == [runs[2], runs[0]]
        assert found(RunQuery(dataset_name="other")) == []

    def test_naming(self, store: Store) -> None:
        """A run is meant by the beginning of its id, or by a name that no other has."""
        runs = [a_run(0xA << 124), a_run(0xB << 124), a_run(0xC << 124, "release")]
        for run in runs:
            store.evaluations.keep_run(replace(run, started_ms=0))
        assert store.evaluations.load_run("run-a").run_id == runs[0].run_id
        assert store.evaluations.load_run("release").run_id == runs[2].run_id
        for name in ("", "run-", "nightly", "weekly", "run-%"):
            refused(NotFoundError, partial(store.evaluations.load_run, name))

    def test_rows(self, store: Store) -> None:
        """Results come back as they were kept, by row and trial; what is there for a row and trial stays."""
        first = RowResult("r-0", outputs="yes")
        store.evaluations.keep_run(a_run(1))
        store.evaluations.keep_rows(a_run(1).run_id, [a_result(), replace(a_result(), trial=0)])
        store.evaluations.keep_rows(a_run(1).run_id, [first, replace(a_result(), outputs="another")])
        assert store.evaluations.rows(a_run(1).run_id) == [first, replace(a_result(), trial=0), a_result()]

    def test_scores_later(self, store: Store) -> None:
        """An answer that is kept before it is scored gets its scores, once."""
        answered = RowResult("r-0", outputs="yes", scored=False)
        scored = replace(answered, scores=(Feedback("polite", value=True),), scored=True)
        store.evaluations.keep_run(a_run(1))
        for result in (answered, scored, answered, replace(scored, outputs="another")):
            store.evaluations.keep_rows(a_run(1).run_id, [result])
        assert store.evaluations.rows(a_run(1).run_id) == [scored]

    def test_rows_of_no_run(self, store: Store) -> None:
        """Results of a run that is not there are refused."""
        refused(NotFoundError, lambda: store.evaluations.keep_rows(a_run(1).run_id, [a_result()]))
        assert store.evaluations.rows(a_run(1).run_id) == []
