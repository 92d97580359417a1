"""Chat models whose client nobody instruments: their calls get a span here, and no second one where a client has it.

LangChain's models ask through a client of the provider's, or by HTTP of their own. Which of the two only shows when the
call is made, so its span is made when it is over, beginning when it began.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from opentelemetry.context import Context, get_current

from verspan.instrumentation.expected_calls import ExpectedCall, expected_call
from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import OperationRun
from verspan.instrumentation.steps import Invocation, Outcome, StepReader
from verspan.instrumentation.telemetry import Telemetry
from verspan_langchain._model_spans import Answer, request_of, say_answer, say_request


class ModelCall(Outcome):
    """A call of a chat model, which becomes a span at its end where no client's has begun below it."""

    def __init__(self, telemetry: Telemetry, call: Invocation) -> None:
        self._telemetry = telemetry
        self._call = call
        self._parent = get_current()
        self._expected = ExpectedCall(call.instance, self._parent)
        self._started_at = perf_counter()
        self._answer = Answer()

    @property
    def context(self) -> Context:
        """The context that the model runs in."""
        return self._expected.context

    @property
    def captures(self) -> bool:
        """Whether what the model says is wanted here: not where a client's instrumentor takes it."""
        return not self._expected.seen

    def add(self, chunk: Any) -> None:
        """Keep a chunk of a stream."""
        if self._answer.first_chunk_s is None:
            self._answer.first_chunk_s = perf_counter() - self._started_at
        self._answer.chunks.append(chunk)

    def output(self) -> None:
        """Nothing: what was streamed is kept already, and stays where the stream is left half-way."""

    def take(self, result: Any) -> None:
        """Keep a whole answer."""
        self._answer.result = result

    def finish(self, failure: BaseException | None = None) -> None:
        """Give the call its span, where it has none and the answer is no copy out of LangChain's cache."""
        try:
            if not self._expected.seen and not self._answer.is_from_cache:
                self._expected.see()
                self._tell(failure)
        except Exception as error:  # noqa: BLE001 - the application goes on without the span
            report(error, "telling of a model call")

    def _tell(self, failure: BaseException | None) -> None:
        operation = request_of(self._call)
        began = perf_counter() - self._started_at
        run = OperationRun(self._telemetry, operation, self._parent, started_ago_s=began)
        say_request(run, self._call)
        say_answer(run, self._answer)
        run.finish(failure)


class ModelReader(StepReader[ModelCall]):
    """Reads calls of chat models, whole and streamed."""

    def begin(self, telemetry: Telemetry, call: Invocation) -> ModelCall | None:
        """Expect the call; a stream of a model that cannot stream asks it a second time, inside the first."""
        outer = expected_call()
        return None if outer is not None and outer.model is call.instance else ModelCall(telemetry, call)

    def read_output(self, run: ModelCall, output: Any) -> None:
        """Keep a whole answer."""
        if output is not None:
            run.take(output)

    def outcome(self, run: ModelCall, call: Invocation) -> Outcome:  # noqa: ARG002 - the same for all
        """The call itself, which keeps what it streams."""
        return run
