"""Models of a framework: a span for each call of one whose client nobody instruments, and none beside a client's.

A framework asks a model through a client of the provider's, or by HTTP of its own. Which of the two only shows when the
call is made, so its span is made when it is over, beginning when it began, by the framework's own account.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from opentelemetry.context import Context, get_current

from verspan.instrumentation.expected_calls import ExpectedCall, expected_call
from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.steps import Invocation, Outcome, StepReader
from verspan.instrumentation.telemetry import Telemetry


@dataclass
class Answer:
    """What a model answered, as the framework gives it."""

    result: Any = None
    """Of a call that is answered whole."""
    chunks: list[Any] = field(default_factory=list)
    """Of a stream, as far as it was read."""
    first_chunk_s: float | None = None
    """Seconds until the stream's first chunk."""


class Account(ABC):
    """What a framework tells of the calls of its models."""

    @abstractmethod
    def operation(self, call: Invocation) -> Operation:
        """What is asked of which model."""

    @abstractmethod
    def say(self, run: OperationRun, call: Invocation, answer: Answer) -> None:
        """Say what the model is asked and what it answers."""

    def is_call(self, answer: Answer) -> bool:  # noqa: ARG002 - for frameworks that keep answers
        """Whether the model was asked at all, and the answer is no copy that the framework has kept."""
        return True


class ModelCall(Outcome):
    """A call of a model, which becomes a span at its end where no client's has begun below it."""

    def __init__(self, telemetry: Telemetry, account: Account, call: Invocation) -> None:
        self._telemetry = telemetry
        self._account = account
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
        """Give the call its span, where it has none."""
        try:
            if not self._expected.seen and self._account.is_call(self._answer):
                self._expected.see()
                self._tell(failure)
        except Exception as error:  # noqa: BLE001 - the application goes on without the span
            report(error, "telling of a model call")

    def _tell(self, failure: BaseException | None) -> None:
        operation = self._account.operation(self._call)
        began = perf_counter() - self._started_at
        run = OperationRun(self._telemetry, operation, self._parent, started_ago_s=began)
        self._account.say(run, self._call, self._answer)
        run.finish(failure)


class ModelReader(StepReader[ModelCall]):
    """Reads calls of models, whole and streamed."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def begin(self, telemetry: Telemetry, call: Invocation) -> ModelCall | None:
        """Expect the call; a model that asks itself in another way, inside the first, makes one call."""
        outer = expected_call()
        if outer is not None and outer.model is call.instance:
            return None
        return ModelCall(telemetry, self._account, call)

    def read_output(self, run: ModelCall, output: Any) -> None:
        """Keep a whole answer."""
        if output is not None:
            run.take(output)

    def outcome(self, run: ModelCall, call: Invocation) -> Outcome:  # noqa: ARG002 - the same for all
        """The call itself, which keeps what it streams."""
        return run
