"""The wrapper around what a framework calls a step with: a function, a coroutine, or a generator of either.

The step's span is current while the framework's code runs, in threads and tasks that it starts too, so that the calls
of clients find their parent; and never while a generator's reader does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from asyncio import CancelledError, Future
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import aclosing, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Generic, Protocol, TypeVar

from opentelemetry.context import Context
from opentelemetry.instrumentation.utils import is_instrumentation_enabled

from verspan.instrumentation import abandoned
from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.stepping import AwaitIn, each_awaited_in, each_in, run_in
from verspan.instrumentation.telemetry import Telemetry


@dataclass(frozen=True)
class Invocation:
    """A method of the framework's that is about to be called."""

    method: Callable[..., Any]
    """Bound to its object."""
    instance: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def argument(self, position: int, name: str) -> Any:
        """An argument, given by position or by name; None where it is not given."""
        return self.args[position] if len(self.args) > position else self.kwargs.get(name)

    def __call__(self) -> Any:
        """Call it."""
        return self.method(*self.args, **self.kwargs)


class Run(Protocol):
    """What is kept of a step while it runs, such as an :class:`verspan.instrumentation.operations.OperationRun`."""

    @property
    def context(self) -> Context:
        """The context that the step runs in."""
        ...

    @property
    def captures(self) -> bool:
        """Whether what it is given and what it gives is wanted."""
        ...

    def finish(self, failure: BaseException | None = None) -> None:
        """Take note that it is over; raises nothing."""
        ...


ARun = TypeVar("ARun", bound=Run)


class StepReader(ABC, Generic[ARun]):
    """How to read one kind of step. An error raised here costs the span what it would have read."""

    generator_in: str | None = None
    """The attribute in which what the step gives may hold a generator, with whose end it is over."""

    @abstractmethod
    def begin(self, telemetry: Telemetry, call: Invocation) -> ARun | None:
        """Begin the step; None where it is to have no span."""

    def read_input(self, run: ARun, call: Invocation) -> None:
        """Say what the step is given, where that is wanted."""

    def read_output(self, run: ARun, output: Any) -> None:
        """Say what the step gave; of a generator, what :meth:`outcome` made of it where that is wanted."""

    def outcome(self, run: ARun, call: Invocation) -> Outcome:  # noqa: ARG002 - for those who need them
        """What makes one output of all that a generator gives."""
        return LastChunk()

    def going_on(self, output: Any) -> Future[Any] | None:  # noqa: ARG002 - for those who need it
        """What the step goes on in after it has returned, and ends with; None where it is over."""
        return None

    def is_failure(self, raised: BaseException) -> bool:  # noqa: ARG002 - likewise
        """Whether an exception tells of a failure, and not of where to go next."""
        return True


class OperationReader(StepReader[OperationRun]):
    """Reads a step that has a span of its own from its beginning."""

    @abstractmethod
    def operation(self, call: Invocation) -> Operation | None:
        """What is called; None where it is to have no span."""

    def begin(self, telemetry: Telemetry, call: Invocation) -> OperationRun | None:
        """Begin the span."""
        operation = self.operation(call)
        return None if operation is None else OperationRun(telemetry, operation)


class Outcome(ABC):
    """What a generator has given so far."""

    @abstractmethod
    def add(self, chunk: Any) -> None:
        """Take what it gives next."""

    @abstractmethod
    def output(self) -> Any:
        """What it has come to; None where it has come to nothing."""


class LastChunk(Outcome):
    """The output is what is given last."""

    def __init__(self) -> None:
        self._last: Any = None

    def add(self, chunk: Any) -> None:
        """Take what it gives next."""
        self._last = chunk

    def output(self) -> Any:
        """The last of all."""
        return self._last


class StepWrapper:
    """What wrapt calls in place of a method that runs a step."""

    def __init__(self, telemetry: Telemetry, reader: StepReader[Any]) -> None:
        self._telemetry = telemetry
        self._reader = reader
        self.active = True

    def switch_off(self) -> None:
        """Let steps pass untouched from now on."""
        self.active = False

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Run the step, with a span around it."""
        call = Invocation(wrapped, instance, args, kwargs)
        if not self.active or not is_instrumentation_enabled():
            return call()
        if isgeneratorfunction(wrapped):
            return self._generated(call)
        if isasyncgenfunction(wrapped):
            return self._generated_async(call)
        return self._awaited(call) if iscoroutinefunction(wrapped) else self._called(call)

    def _called(self, call: Invocation) -> Any:
        run = self._begin(call)
        if run is None:
            return call()
        try:
            output = run_in(run.context, call)
        except BaseException as raised:
            run.finish(self._failure(raised))
            raise
        return self._received(run, call, output)

    async def _awaited(self, call: Invocation) -> Any:
        run = self._begin(call)
        if run is None:
            return await call()
        try:
            output = await AwaitIn(run.context, call())
        except BaseException as raised:
            run.finish(self._failure(raised))
            raise
        return self._received(run, call, output)

    def _received(self, run: Run, call: Invocation, output: Any) -> Any:
        """What the application gets: the output, with which the step is over unless it is a generator or goes on."""
        if isinstance(output, GeneratorType):
            return self._each(run, call, output)
        if isinstance(output, AsyncGeneratorType):
            return self._each_awaited(run, call, output)
        name = self._reader.generator_in
        held = getattr(output, "__dict__", {}).get(name)  # its own, since a property would make one
        if name is not None and isinstance(held, (GeneratorType, AsyncGeneratorType)):
            output.__dict__[name] = self._received(run, call, held)
            return output
        going_on = self._reader.going_on(output)
        if going_on is not None:
            going_on.add_done_callback(partial(self._done, run))
            return output
        self._read(run, output)
        run.finish()
        return output

    def _generated(self, call: Invocation) -> Generator[Any, None, None]:
        run = self._begin(call)
        yield from call() if run is None else self._each(run, call, call())

    async def _generated_async(self, call: Invocation) -> AsyncGenerator[Any, None]:
        run = self._begin(call)
        async with aclosing(call() if run is None else self._each_awaited(run, call, call())) as chunks:
            async for chunk in chunks:
                yield chunk

    def _each(self, run: Run, call: Invocation, source: Generator[Any, None, None]) -> Generator[Any, None, None]:
        outcome = self._reader.outcome(run, call)
        with self._finished(run), closing(each_in(run.context, source)) as chunks:
            for chunk in chunks:
                self._add(run, outcome, chunk)
                yield chunk
            self._read_all(run, outcome)

    async def _each_awaited(
        self, run: Run, call: Invocation, source: AsyncGenerator[Any, None]
    ) -> AsyncGenerator[Any, None]:
        outcome = self._reader.outcome(run, call)
        with self._finished(run):
            async with aclosing(each_awaited_in(run.context, source)) as chunks:
                async for chunk in chunks:
                    self._add(run, outcome, chunk)
                    yield chunk
                self._read_all(run, outcome)

    def _done(self, run: Run, task: Future[Any]) -> None:
        """Take note of how what goes on has ended."""
        failure = CancelledError() if task.cancelled() else task.exception()
        if failure is None:
            self._read(run, task.result())
        run.finish(failure if failure is None else self._failure(failure))

    def _begin(self, call: Invocation) -> Run | None:
        try:
            run: Run | None = self._reader.begin(self._telemetry, call)
        except Exception as error:  # noqa: BLE001 - a step that cannot be described runs without a span
            report(error, "describing a step")
            return None
        if run is not None and run.captures:
            self._say(self._reader.read_input, run, call)
        return run

    def _read(self, run: Run, output: Any) -> None:
        self._say(self._reader.read_output, run, output)

    def _read_all(self, run: Run, outcome: Outcome) -> None:
        if run.captures:
            self._say(lambda: self._reader.read_output(run, outcome.output()))

    def _add(self, run: Run, outcome: Outcome, chunk: Any) -> None:
        if run.captures:
            self._say(outcome.add, chunk)

    def _say(self, reading: Callable[..., None], *args: Any) -> None:
        try:
            reading(*args)
        except Exception as error:  # noqa: BLE001 - the span lacks it, the application goes on
            report(error, "reading a step")

    @contextmanager
    def _finished(self, run: Run) -> Iterator[None]:
        try:
            yield
        except GeneratorExit:  # which the collector raises too, and there a span must not be ended
            abandoned.finish_later(run)
            raise
        except BaseException as raised:
            run.finish(self._failure(raised))
            raise
        run.finish()

    def _failure(self, raised: BaseException) -> BaseException | None:
        try:
            return raised if self._reader.is_failure(raised) else None
        except Exception as error:  # noqa: BLE001 - the application gets what was raised in any case
            report(error, "reading a step")
            return raised
