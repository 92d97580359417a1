"""The engine of an evaluation: an event loop that answers and scores rows, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
from opentelemetry.context import attach, detach
from opentelemetry.trace import INVALID_SPAN, set_span_in_context

from verspan import semconv
from verspan.assessments.events import result_of
from verspan.assessments.model import Feedback
from verspan.context import with_active_version
from verspan.evaluation.answering import Asking, Outcome
from verspan.evaluation.calling import CallTimeoutError, in_thread, within
from verspan.evaluation.keeping import Keeper
from verspan.evaluation.model import RowFailure, RowResult, Spent
from verspan.evaluation.plan import Job, Plan
from verspan.evaluation.progress import Progress
from verspan.evaluation.rows import trace_id_of
from verspan.evaluation.scoring import Scores
from verspan.evaluation.spending import Meter
from verspan.evaluation.traces import read_outputs, read_trace
from verspan.instrumentation.guard import report
from verspan.instrumentation.serialising import to_json
from verspan.scorers.model import Answer
from verspan.store.interface import Store
from verspan.telemetry.evaluation import Evaluated, emit_evaluation
from verspan.tracing.live import LiveSpan


@dataclass(frozen=True)
class _Told:
    """What an answer's trace is known by."""

    outcome: Outcome
    trace_id: str | None
    span_id: str | None = None


class Engine:
    """Works off a plan. :meth:`run` is for one event loop; :meth:`stop` is for it too."""

    def __init__(self, plan: Plan, store: Store, keeper: Keeper, progress: Progress) -> None:
        self._plan = plan
        self._store = store
        self._keeper = keeper
        self._progress = progress
        self._asking = Asking(plan.limits, plan.executor)
        self._spent = sum((each.spent + each.judging for side in plan.sides for each in side.earlier.values()), Spent())
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
        self._spent += result.spent + result.judging
        self.results[job.side.run.run_id][result.row_id, result.trial] = result
        self._keeper.keep(job.side.run.run_id, result)
        self._progress.advance(job.side.run, result)

    async def _row(self, job: Job) -> RowResult:
        labels = {
            semconv.VERSPAN_EVALUATION_RUN: job.side.run.run_id,
            semconv.VERSPAN_EVALUATION_ROW: job.row.row_id,
        }
        asked, judged, cached = Meter(labels), Meter(labels), job.cached
        if cached is not None:
            told = _Told(Outcome(cached.outputs), cached.trace_id)
        else:
            told = await (self._found(job) if job.side.function is None else self._answered(job, asked))
        scores = await self._scored(job, told, judged) if told.outcome.error is None else ()
        self._announce(job, told, scores)
        return replace(
            _result(job, told), spent=asked.spent, judging=judged.spent, scores=scores, cached=cached is not None
        )

    async def _answered(self, job: Job, meter: Meter) -> _Told:
        """Ask the version's function, in a trace of its own under the version."""
        side = job.side
        before = attach(meter.context(None if side.version is None else with_active_version(side.version)))
        live = LiveSpan.start(side.span_name, attributes=meter.labels)
        within_span = attach(live.context)
        try:
            live.set_inputs(job.row.inputs)
            outcome = await self._asking.outcome(side.function, job.row.inputs)  # type: ignore[arg-type]  # it has one
            _tell(live, outcome)
        finally:
            detach(within_span)
            detach(before)
            live.end()
        return _Told(outcome, live.trace_id, live.span_id)

    async def _found(self, job: Job) -> _Told:
        """The answer that a row has already, or that its trace has."""
        trace_id = trace_id_of(job.row)
        if job.row.outputs is not None or trace_id is None:
            return _Told(_kept(job.row.outputs), trace_id)
        return _Told(_kept(await in_thread(lambda: read_outputs(self._store, trace_id))), trace_id)

    async def _scored(self, job: Job, told: _Told, meter: Meter) -> tuple[Feedback, ...]:
        scorers = self._plan.scorers
        if not scorers:
            return ()
        found = Scores(scorers, job.side.run.run_id, told.trace_id)
        row, trace_id = job.row, told.trace_id
        wanted = trace_id if any(scorer.wants_trace for scorer in scorers) else None

        def score() -> None:
            trace = None if wanted is None else read_trace(self._store, wanted)
            found.score(Answer(row.inputs, told.outcome.outputs, row.expectations, trace))

        before = attach(meter.context())
        try:
            await within(self._plan.limits.timeout_s, in_thread(score))
        except CallTimeoutError as error:
            return found.given_up(error)
        finally:
            detach(before)
        return found.all()

    def _announce(self, job: Job, told: _Told, scores: tuple[Feedback, ...]) -> None:
        if told.trace_id is None or told.span_id is None:
            return
        try:
            for score in scores:
                emit_evaluation(result_of(score), Evaluated(told.trace_id, told.span_id, job.side.version))
        except Exception as error:  # noqa: BLE001 - an event that cannot be sent does not end the evaluation
            report(error, "sending the event of a score")


def _tell(live: LiveSpan, outcome: Outcome) -> None:
    if outcome.error is None:
        live.set_outputs(outcome.outputs)
    else:
        live.record_exception(outcome.error)


def _kept(outputs: Any) -> Outcome:
    if outputs is None:
        return Outcome(error=LookupError("the row has no outputs, and there is no function to ask"))
    return Outcome(outputs)


def _result(job: Job, told: _Told) -> RowResult:
    outcome = told.outcome
    return RowResult(
        row_id=job.row.row_id,
        trial=job.trial,
        trace_id=told.trace_id,
        outputs=None if outcome.outputs is None else orjson.loads(to_json(outcome.outputs)),
        failure=None if outcome.error is None else _failure(outcome.error),
        duration_ms=outcome.duration_ms,
        attempts=outcome.attempts,
        inputs=job.row.inputs,
    )


def _failure(error: Exception) -> RowFailure:
    kind = "Timeout" if isinstance(error, CallTimeoutError) else type(error).__name__
    return RowFailure(kind, str(error) or None)
