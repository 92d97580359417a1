"""Steps of a framework: functions, coroutines and generators, each with its span current while it runs."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from inspect import isasyncgen, isgenerator
from types import SimpleNamespace
from typing import Any

import pytest
import wrapt
from opentelemetry.instrumentation.utils import suppress_instrumentation

from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.steps import Invocation, OperationReader, StepWrapper
from verspan.instrumentation.telemetry import Telemetry
from verspan.testing import CapturedTelemetry


class DetourError(Exception):
    """Tells a framework where to go next."""


class Framework:
    """Runs steps in every way."""

    def __init__(self, ending: BaseException | None = None) -> None:
        self.ending = ending
        self.seen: list[str | None] = []

    def call(self, question: str) -> str:
        self._end()
        return question.upper()

    async def wait(self, question: str) -> str:
        await asyncio.sleep(0)
        return self.call(question)

    def each(self, question: str) -> Iterator[str]:
        for letter in question:
            self._look()
            yield letter
        self._end()

    async def each_awaited(self, question: str) -> AsyncIterator[str]:
        for letter in question:
            await asyncio.sleep(0)
            self._look()
            yield letter
        self._end()

    def give_each(self, question: str) -> Iterator[str]:
        return self._letters(question)

    def hold_each(self, question: str) -> Any:
        return SimpleNamespace(letters=self._letters(question))

    def go_on(self, question: str) -> asyncio.Task[str]:
        return asyncio.ensure_future(self._later(question))

    def _letters(self, question: str) -> Iterator[str]:
        for letter in question:
            self._look()
            yield letter

    async def _later(self, question: str) -> str:
        await asyncio.sleep(0)
        self._end()
        return question

    def _end(self) -> None:
        self._look()
        if self.ending is not None:
            raise self.ending

    def _look(self) -> None:
        run = current_run()
        self.seen.append(None if run is None else run.operation.name)


class Reader(OperationReader):
    """Reads steps of the framework."""

    generator_in = "letters"

    def operation(self, call: Invocation) -> Operation | None:
        question = call.argument(0, "question")
        return None if question == "hidden" else Operation("execute_tool", question)

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        run.say_arguments(call.argument(0, "question"))

    def read_output(self, run: OperationRun, output: Any) -> None:
        run.say_result(output)

    def going_on(self, output: Any) -> asyncio.Future[Any] | None:
        return output if isinstance(output, asyncio.Future) else None

    def is_failure(self, raised: BaseException) -> bool:
        return not isinstance(raised, DetourError)


def wait(framework: Framework, question: str) -> Any:
    return asyncio.run(framework.wait(question))


def drain(framework: Framework, question: str) -> Any:
    return list(framework.each(question))


def drain_awaited(framework: Framework, question: str) -> Any:
    async def main() -> list[str]:
        return [letter async for letter in framework.each_awaited(question)]

    return asyncio.run(main())


WAYS = [Framework.call, wait, drain, drain_awaited]
Way = Callable[[Framework, str], Any]


@pytest.fixture
def wrapper(captured: CapturedTelemetry) -> Iterator[StepWrapper]:
    """A wrapper around every method of the framework."""
    wrapper = StepWrapper(Telemetry.for_scope("verspan-acme", "1", **captured.providers), Reader())
    names = ("call", "wait", "each", "each_awaited", "give_each", "hold_each", "go_on")
    originals = {name: Framework.__dict__[name] for name in names}
    for name, original in originals.items():
        setattr(Framework, name, wrapt.FunctionWrapper(original, wrapper))
    yield wrapper
    for name, original in originals.items():
        setattr(Framework, name, original)


@pytest.mark.parametrize("way", [lambda framework, question: framework.call(question), drain, drain_awaited])
@pytest.mark.usefixtures("wrapper")
def test_current(captured: CapturedTelemetry, way: Way) -> None:
    """The step is current while it runs and not while its reader does, and says what it is given and gives."""
    framework = Framework()
    way(framework, "ab")
    assert set(framework.seen) == {"ab"}
    assert current_run() is None
    (span,) = captured.spans()
    assert (span.name, span.status, span.content["gen_ai.tool.call.arguments"]) == (
        "execute_tool ab",
        ("UNSET", None),
        '"ab"',
    )
    assert span.content["gen_ai.tool.call.result"] in ('"AB"', '"b"')


@pytest.mark.usefixtures("wrapper")
def test_nested(captured: CapturedTelemetry) -> None:
    """A coroutine's step is the parent of what runs in it."""
    assert wait(Framework(), "ab") == "AB"
    assert [(span.name, span.parent) for span in captured.spans()] == [
        ("execute_tool ab", "execute_tool ab"),
        ("execute_tool ab", None),
    ]


@pytest.mark.parametrize("way", [drain, drain_awaited])
@pytest.mark.parametrize(
    ("ending", "status"), [(ValueError("no"), ("ERROR", "ValueError")), (DetourError(), ("UNSET", None))]
)
@pytest.mark.usefixtures("wrapper")
def test_raised(captured: CapturedTelemetry, way: Way, ending: BaseException, status: tuple[str, str | None]) -> None:
    """What a step raises reaches the application, and is the span's error where it is one."""
    with pytest.raises(type(ending)):
        way(Framework(ending), "ab")
    (span,) = captured.spans()
    assert span.status == status


@pytest.mark.usefixtures("wrapper")
def test_left_half_way(captured: CapturedTelemetry) -> None:
    """A generator stays one; left half-way, closed or dropped, its step ends once; never begun, it has none."""
    for _ in Framework().each("ab"):
        break
    closed = Framework().each("cd")
    assert isgenerator(closed)
    next(closed)
    closed.close()
    Framework().each("never")
    gc.collect()
    assert sorted(span.name for span in captured.spans()) == ["execute_tool ab", "execute_tool cd"]
    assert captured.unfinished() == 0


@pytest.mark.usefixtures("wrapper")
def test_left_half_way_asynchronously(captured: CapturedTelemetry) -> None:
    """The same of an asynchronous one, which may be closed in another task than the one that began it."""

    async def main() -> None:
        letters = Framework().each_awaited("ab")
        assert isasyncgen(letters)
        assert await asyncio.create_task(letters.__anext__()) == "a"
        await asyncio.create_task(letters.aclose())

    asyncio.run(main())
    assert [span.status for span in captured.spans()] == [("UNSET", None)]


@pytest.mark.parametrize("way", [drain, drain_awaited, wait])
@pytest.mark.usefixtures("wrapper")
def test_untouched(captured: CapturedTelemetry, wrapper: StepWrapper, way: Way) -> None:
    """What is not described, suppressed or switched off runs without a span."""
    way(Framework(), "hidden")
    with suppress_instrumentation():
        way(Framework(), "ab")
    wrapper.switch_off()
    way(Framework(), "ab")
    assert captured.spans() == []


@pytest.mark.parametrize(
    "way",
    [
        lambda framework, question: list(framework.give_each(question)),
        lambda framework, question: list(framework.hold_each(question).letters),
    ],
)
@pytest.mark.usefixtures("wrapper")
def test_generator_that_is_given(captured: CapturedTelemetry, way: Way) -> None:
    """A function that gives a generator, or an object with one in it, is over when the generator is."""
    framework = Framework()
    assert way(framework, "ab") == ["a", "b"]
    assert framework.seen == ["ab", "ab"]
    assert [span.content["gen_ai.tool.call.result"] for span in captured.spans()] == ['"b"']


@pytest.mark.usefixtures("wrapper")
def test_generator_that_nobody_begins(captured: CapturedTelemetry) -> None:
    """One that is dropped before its first step ends its span when it is collected."""
    Framework().hold_each("ab")
    gc.collect()
    assert [span.status for span in captured.spans()] == [("UNSET", None)]


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        (None, ("UNSET", None)),
        (ValueError("no"), ("ERROR", "ValueError")),
        (DetourError(), ("UNSET", None)),
        (asyncio.CancelledError(), ("ERROR", "CancelledError")),
    ],
)
@pytest.mark.usefixtures("wrapper")
def test_going_on(captured: CapturedTelemetry, ending: BaseException | None, status: tuple[str, str | None]) -> None:
    """A step that goes on in a task is over when the task is, and is current in it."""
    framework = Framework(ending)

    async def main() -> None:
        await asyncio.gather(framework.go_on("ab"), return_exceptions=True)

    asyncio.run(main())
    assert ([span.status for span in captured.spans()], framework.seen) == ([status], ["ab"])
