"""The engine of an evaluation: an event loop that answers and scores rows, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from opentelemetry.context import attach, detach
from opentelemetry.trace import INVALID_SPAN, set_span_in_context

from verspan import semconv
from verspan.assessments.events import result_of
from verspan.assessments.model import Feedback
from verspan.context import without_version
from verspan.evaluation.answering import Asking
from verspan.evaluation.calling import CallTimeoutError, in_thread, within
from verspan.evaluation.keeping import Keeper
from verspan.evaluation.model import RowResult, Spent
from verspan.evaluation.plan import Job, Plan
from verspan.evaluation.progress import Progress
from verspan.evaluation.row_answers import RowAnswer, RowAnswers
from verspan.evaluation.scoring import Scores
from verspan.evaluation.spending import Meter
from verspan.evaluation.traces import read_trace
from verspan.instrumentation.guard import report
from verspan.scorers.model import Answer
from verspan.store.interface import Store
from verspan.telemetry.evaluation import Evaluated, emit_evaluation
from verspan.traces.model import Trace


class Engine:
    """Works off a plan. :meth:`run` is for one event loop; :meth:`stop` is for it too."""

    def __init__(self, plan: Plan, store: Store, keeper: Keeper, progress: Progress) -> None:
        self._plan = plan
        self._store = store
        self._keeper = keeper
        self._progress = progress
        self._answers = RowAnswers(Asking(plan.limits, plan.executor), store)
        known = (each for side in plan.sides for of in (side.earlier, side.answered) for each in of.values())
        self._spent = sum((each.spent + each.judging for each in known), Spent())
        self._workers: list[asyncio.Task[None]] = []
        self.stopped_by: str | None = None
        """Why it ended before its end, as a sentence."""
        self.results: dict[str, dict[tuple[str, int], RowResult]] = {
            side.run.run_id: dict(side.earlier) for side in plan.sides
        }
        """What is known of each run, by row and trial."""

    async def run(self) -> None:
        """Answer and score what is to do, until it is done, stopped, or can be kept no longer."""
        attach(set_span_in_context(INVALID_SPAN))  # rows are traces of their own, wherever the evaluation was asked for
        jobs = self._plan.jobs()
        self._workers = [asyncio.create_task(self._work(jobs)) for _ in range(self._plan.limits.concurrency)]
        ended = await asyncio.gather(*self._workers, return_exceptions=True)
        failures = [each for each in ended if isinstance(each, Exception)]
        if failures:
            raise failures[0]

    def stop(self, why: str) -> None:
        """End at once: what is under way is given up."""
        self.stopped_by = why
        for worker in self._workers:
            worker.cancel()

    async def _work(self, jobs: Iterator[Job]) -> None:
        while self._may_go_on():
            job = next(jobs, None)
            if job is None:
                return
            self._keep(job, await self._row(job))

    def _may_go_on(self) -> bool:
        self.stopped_by = self.stopped_by or self._plan.limits.exceeded_by(self._spent)
        return self.stopped_by is None and self._keeper.error is None

    def _keep(self, job: Job, result: RowResult) -> None:
        counted = Spent() if job.answered is not None else result.spent
        self._spent += counted + result.judging
        self.results[job.side.run.run_id][result.row_id, result.trial] = result
        self._keeper.keep(job.side.run.run_id, result)
        self._progress.advance(job.side.run, result)

    async def _row(self, job: Job) -> RowResult:
        labels = {
            semconv.VERSPAN_EVALUATION_RUN: job.side.run.run_id,
            semconv.VERSPAN_EVALUATION_ROW: job.row.row_id,
        }
        answer = await self._answers.of(job, labels)
        if answer.failed or not self._plan.scorers:
            return answer.result
        if answer.counted is not None:  # it has been paid for, and scoring it may take long, or fail for good
            self._keeper.keep(job.side.run.run_id, replace(answer.result, scored=False))
        judged = Meter(labels)
        scores = await self._scored(job, answer, judged)
        self._announce(job, answer, scores)
        spent = answer.result.spent if answer.counted is None else answer.counted()
        return replace(answer.result, spent=spent, judging=judged.spent, scores=scores)

    async def _scored(self, job: Job, answer: RowAnswer, meter: Meter) -> tuple[Feedback, ...]:
        row, trace_id = job.row, answer.result.trace_id
        found = Scores(self._plan.scorers, job.side.run.run_id, trace_id)

        async def score() -> None:
            await found.score(Answer(row.inputs, answer.outputs, row.expectations, await self._trace(trace_id)))

        before = attach(without_version(meter.context()))  # what scoring calls is no traffic of a version
        try:
            await within(self._plan.limits.timeout_s, score())
        except CallTimeoutError as error:
            return found.given_up(error)
        finally:
            detach(before)
        return found.all()

    async def _trace(self, trace_id: str | None) -> Trace | None:
        """The trace of an answer, where a scorer wants it."""
        if trace_id is None or not any(scorer.wants_trace for scorer in self._plan.scorers):
            return None
        return await in_thread(lambda: read_trace(self._store, trace_id))

    def _announce(self, job: Job, answer: RowAnswer, scores: tuple[Feedback, ...]) -> None:
        trace_id, span_id = answer.result.trace_id, answer.span_id
        if trace_id is None or span_id is None:
            return
        try:
            for score in scores:
                emit_evaluation(result_of(score), Evaluated(trace_id, span_id, job.side.version))
        except Exception as error:  # noqa: BLE001 - an event that cannot be sent does not end the evaluation
            report(error, "sending the event of a score")
