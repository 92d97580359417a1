"""Asking a judge's model, in a trace of its own that is no version's."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from opentelemetry.context import attach, detach
from opentelemetry.trace import INVALID_SPAN, set_span_in_context

from verspan.assessments.model import AssessmentError
from verspan.context import without_version
from verspan.evaluation.calling import in_thread
from verspan.scorers.judges.models import JudgeModel, RefusalError
from verspan.scorers.judges.questions import Judgement, Question
from verspan.scorers.judges.values import InvalidJudgementError
from verspan.tracing.by_hand import start_span

_Result = TypeVar("_Result")
_ERROR_CODES = {InvalidJudgementError: "InvalidJudgement", RefusalError: "Refusal"}


@dataclass(frozen=True)
class Verdict:
    """What came of asking."""

    judgement: Judgement | None
    """None where it failed."""
    error: AssessmentError | None
    attempts: int
    trace_id: str
    """The trace of the question and of its answers."""


async def verdict_on(question: Question, model: JudgeModel, judge: str) -> Verdict:
    """Ask a model; once more where what it says is no judgement.

    Args:
        question: what to ask.
        model: whom.
        judge: the judge's name.
    """
    with judging(), start_span(f"judge {judge}", "EVALUATOR") as span:
        span.set_inputs(question.texts)
        exchange = _Exchange(question, model)
        try:
            judgement = await exchange.judgement()
        except Exception as failure:  # noqa: BLE001 - whatever it is, the judgement has failed and says so
            span.record_exception(failure)
            error = AssessmentError(_ERROR_CODES.get(type(failure), type(failure).__name__), str(failure) or None)
            return Verdict(None, error, exchange.attempts, span.trace_id)
        span.set_outputs({"rationale": judgement.rationale, "value": judgement.value})
        return Verdict(judgement, None, exchange.attempts, span.trace_id)


class _Exchange:
    """Asking, and asking again."""

    def __init__(self, question: Question, model: JudgeModel) -> None:
        self._question = question
        self._model = model
        self.attempts = 0

    async def judgement(self) -> Judgement:
        answered = await self._answer(self._question.messages)
        try:
            return self._question.read(answered)
        except InvalidJudgementError as problem:
            again = self._question.again(answered, problem)
        return self._question.read(await self._answer(again))

    async def _answer(self, messages: Any) -> str:
        self.attempts += 1
        return await self._model.answer(messages, self._question.schema)


@contextmanager
def judging() -> Iterator[None]:
    """A trace begins here, and belongs to no version: what it costs is nobody's traffic."""
    before = attach(set_span_in_context(INVALID_SPAN, without_version()))
    try:
        yield
    finally:
        detach(before)


def completed(asked: Coroutine[Any, Any, _Result], model: JudgeModel) -> _Result:
    """The result of a coroutine that asks a model, for whoever does not wait in an event loop."""
    if model.is_asynchronous:
        return on_judges_loop(asked).result()
    try:
        asked.send(None)
    except StopIteration as done:
        result: _Result = done.value
        return result
    asked.close()
    raise RuntimeError(f"{model.name} waits for an event loop and does not say so: make it a coroutine function")


async def completed_later(asked: Coroutine[Any, Any, _Result], model: JudgeModel) -> _Result:
    """The same for whoever waits in an event loop, which is held up by no client that does not wait."""
    if model.is_asynchronous:
        return await asyncio.wrap_future(on_judges_loop(asked))
    return await in_thread(lambda: completed(asked, model))


def on_judges_loop(asked: Coroutine[Any, Any, _Result]) -> Future[_Result]:
    """Run a coroutine on the one loop of all judges.

    A client that waits keeps its connections to the loop in which it was first used; evaluations each have their own.
    """
    return asyncio.run_coroutine_threadsafe(asked, _judges.running())


class _JudgesLoop:
    """The loop of this process; a process that is forked from it has to begin one of its own."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None
        self.forget()

    def forget(self) -> None:
        """Be as if nothing had been begun: a forked process has neither the thread nor whoever held the lock."""
        self._lock = threading.Lock()
        self._loop = None

    def running(self) -> asyncio.AbstractEventLoop:
        """The loop, which a thread runs from the first use on."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="verspan-judges", daemon=True).start()
            return self._loop


_judges = _JudgesLoop()
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_judges.forget)
