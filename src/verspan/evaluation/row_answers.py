"""How a row comes by its answer: it is asked for, or it is there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from opentelemetry.context import attach, detach

from verspan.context import with_active_version
from verspan.evaluation.answering import Asking, Call, Outcome
from verspan.evaluation.calling import CallTimeoutError, in_thread
from verspan.evaluation.elsewhere import ElsewhereError
from verspan.evaluation.model import RowFailure, RowResult, Spent
from verspan.evaluation.plan import Job
from verspan.evaluation.rows import trace_id_of
from verspan.evaluation.spending import Meter
from verspan.evaluation.traces import read_outputs
from verspan.instrumentation.serialising import to_json
from verspan.store.interface import Store
from verspan.tracing.live import LiveSpan


@dataclass(frozen=True)
class RowAnswer:
    """What a row was answered."""

    outputs: Any
    """As the function gave it."""
    result: RowResult
    """The same as it is kept, without what comes later."""
    span_id: str | None = None
    """The root of its trace, where that was made now."""
    counted: Callable[[], Spent] | None = None
    """What it came to until now, where it was asked for; a stream that is left behind may end later."""

    @property
    def failed(self) -> bool:
        """Whether there is none."""
        return self.result.failure is not None


class RowAnswers:
    """Gives rows their answers."""

    def __init__(self, asking: Asking, store: Store) -> None:
        self._asking = asking
        self._store = store

    async def of(self, job: Job, labels: Mapping[str, str]) -> RowAnswer:
        """The answer to a row.

        Args:
            job: the row.
            labels: what its trace is labelled with.
        """
        if job.answered is not None:
            return RowAnswer(job.answered.outputs, replace(job.answered, scored=True))
        if job.cached is not None:
            found = RowResult(job.row.row_id, job.trial, cached=True, inputs=job.row.inputs)
            earlier = job.cached
            return RowAnswer(earlier.outputs, replace(found, trace_id=earlier.trace_id, outputs=earlier.outputs))
        return await (self._found(job) if job.side.function is None else self._asked(job, labels))

    async def _asked(self, job: Job, labels: Mapping[str, str]) -> RowAnswer:
        """Ask the version's function, in a trace of its own under the version."""
        side, meter = job.side, Meter(labels)
        before = attach(meter.context(None if side.version is None else with_active_version(side.version)))
        live = LiveSpan.start(side.span_name, attributes=meter.labels)
        within_span = attach(live.context)
        try:
            live.set_inputs(job.row.inputs)
            outcome = await self._asking.outcome(Call(side.function, job.row.inputs, labels))  # type: ignore[arg-type]  # it has one
            _tell(live, outcome)
        finally:
            detach(within_span)
            detach(before)
            live.end()

        def counted() -> Spent:
            return meter.spent + outcome.spent

        result = replace(_result(job, outcome, live.trace_id), spent=counted())
        return RowAnswer(outcome.outputs, result, live.span_id, counted)

    async def _found(self, job: Job) -> RowAnswer:
        """The answer that a row has already, or that its trace has."""
        trace_id, outputs = trace_id_of(job.row), job.row.outputs
        if outputs is None and trace_id is not None:
            outputs = await in_thread(lambda: read_outputs(self._store, trace_id))
        return RowAnswer(outputs, _result(job, _kept(outputs), trace_id))


def _tell(live: LiveSpan, outcome: Outcome) -> None:
    if outcome.error is None:
        live.set_outputs(outcome.outputs)
    else:
        live.record_exception(outcome.error)


def _kept(outputs: Any) -> Outcome:
    if outputs is None:
        return Outcome(error=LookupError("the row has no outputs, and there is no function to ask"))
    return Outcome(outputs)


def _result(job: Job, outcome: Outcome, trace_id: str | None) -> RowResult:
    return RowResult(
        row_id=job.row.row_id,
        trial=job.trial,
        trace_id=trace_id,
        outputs=None if outcome.outputs is None else orjson.loads(to_json(outcome.outputs)),
        failure=None if outcome.error is None else _failure(outcome.error),
        duration_ms=outcome.duration_ms,
        attempts=outcome.attempts,
        lost_attempts=outcome.lost_attempts,
        inputs=job.row.inputs,
    )


def _failure(error: Exception) -> RowFailure:
    kind = error.error_type if isinstance(error, ElsewhereError) else type(error).__name__
    return RowFailure("Timeout" if isinstance(error, CallTimeoutError) else kind, str(error) or None)
