"""A decorated function behaves as before, with the version active in its own code alone."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from typing import Any

import pytest
from opentelemetry.context import attach, detach, get_value, set_value

from verspan.context import active_version
from verspan.versions.active import active_model


def active_name() -> str | None:
    """The name of the version that is active here."""
    version = active_version()
    return None if version is None else version.name


@active_model("A")
def plain(value: int) -> tuple[int, str | None]:
    """A function."""
    return value, active_name()


@active_model("A")
async def coroutine(value: int) -> tuple[int, str | None, str | None]:
    """A coroutine function."""
    before = active_name()
    await asyncio.sleep(0)
    return value, before, active_name()


@active_model("A")
def generator(log: list[Any]) -> Generator[str | None, Any, str | None]:
    """A generator function that tells of everything that is done to it."""
    try:
        while True:
            try:
                log.append((yield active_name()))
            except ValueError as error:
                log.append((str(error), active_name()))
            if log[-1] == "stop":
                return active_name()
    finally:
        log.append(("closed", active_name()))


@active_model("A")
async def async_generator(log: list[Any]) -> AsyncGenerator[str | None, Any]:
    """An async generator function that tells of everything that is done to it."""
    try:
        while True:
            await asyncio.sleep(0)
            try:
                log.append((yield active_name()))
            except ValueError as error:
                log.append((str(error), active_name()))
            if log[-1] == "stop":
                return
    finally:
        await asyncio.sleep(0)
        log.append(("closed", active_name()))


def test_kinds_are_kept() -> None:
    """A decorated function is of the kind that it was, and has its name, docstring and signature."""
    kinds = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    functions: list[Callable[..., Any]] = [plain, coroutine, generator, async_generator]
    assert [[kind(function) for kind in kinds] for function in functions] == [
        [False, False, False],
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert (plain.__name__, plain.__doc__) == ("plain", "A function.")
    assert str(inspect.signature(plain)) == "(value: 'int') -> 'tuple[int, str | None]'"


def test_calls() -> None:
    """The version is active in the call and in no other place."""
    assert (plain(1), asyncio.run(coroutine(2)), active_name()) == ((1, "A"), (2, "A", "A"), None)


def test_methods() -> None:
    """Methods can be decorated."""

    class Agent:
        @active_model("A")
        def answer(self) -> tuple[Any, str | None]:
            return self, active_name()

    agent = Agent()
    assert agent.answer() == (agent, "A")


def test_generator() -> None:
    """A generator is sent to, thrown into, returned from as before; its consumer never has its version."""
    log: list[Any] = []
    steps = generator(log)
    consumer = [next(steps), active_name()]
    consumer += [steps.send("sent"), active_name()]
    consumer += [steps.throw(ValueError("thrown")), active_name()]
    with pytest.raises(StopIteration) as stopped:
        steps.send("stop")
    assert [*consumer, stopped.value.value, active_name()] == ["A", None, "A", None, "A", None, "A", None]
    assert log == ["sent", ("thrown", "A"), "stop", ("closed", "A")]


@pytest.mark.parametrize("end", ["close", "drop"])
def test_generator_left_early(end: str) -> None:
    """A generator that is closed or dropped cleans up under its version."""
    log: list[Any] = []
    steps = generator(log)
    next(steps)
    if end == "close":
        steps.close()
    del steps
    gc.collect()
    assert (log, active_name()) == ([("closed", "A")], None)


def test_generators_interleaved() -> None:
    """Generators of several versions, consumed in turns inside a block, keep each its own."""

    def names() -> Generator[str | None, None, None]:
        for _ in range(3):
            yield active_name()

    generators = [active_model(name)(names)() for name in "ABC"]
    with active_model("outer"):
        seen = [(next(steps), active_name()) for _ in range(3) for steps in generators]
    assert seen == [(name, "outer") for name in "ABC"] * 3


def test_generator_within_a_generator() -> None:
    """A generator that delegates to another one has its own version back after each of its steps."""

    def outer() -> Generator[str | None, None, None]:
        for name in active_model("inner")(inner)():
            yield name
            yield active_name()

    def inner() -> Generator[str | None, None, None]:
        yield active_name()
        yield active_name()

    assert [(name, active_name()) for name in active_model("outer")(outer)()] == [
        ("inner", None),
        ("outer", None),
        ("inner", None),
        ("outer", None),
    ]


def test_context_of_a_generators_own() -> None:
    """What a generator makes current over a `yield`, such as a span, it finds again, and its consumer never sees."""

    def spans() -> Generator[object, None, None]:
        token = attach(set_value("span", 1))
        yield get_value("span"), active_name()
        yield get_value("span"), active_name()
        detach(token)
        yield get_value("span"), active_name()

    with active_model("outer"):
        seen = [(step, get_value("span"), active_name()) for step in active_model("A")(spans)()]
    assert seen == [((value, "A"), None, "outer") for value in (1, 1, None)]


def test_context_of_the_consumer() -> None:
    """What the consumer makes current meanwhile, the generator's next step sees."""

    def spans() -> Generator[object, None, None]:
        while True:
            yield get_value("span"), active_name()

    steps = active_model("A")(spans)()
    seen = [next(steps)]
    token = attach(set_value("span", 1))
    seen.append(next(steps))
    detach(token)
    assert seen == [(None, "A"), (1, "A")]


async def test_async_generator() -> None:
    """An async generator is sent to and thrown into as before; its consumer never has its version."""
    log: list[Any] = []
    steps = async_generator(log)
    consumer = [await anext(steps), active_name()]
    consumer += [await steps.asend("sent"), active_name()]
    consumer += [await steps.athrow(ValueError("thrown")), active_name()]
    with pytest.raises(StopAsyncIteration):
        await steps.asend("stop")
    assert [*consumer, active_name()] == ["A", None, "A", None, "A", None, None]
    assert log == ["sent", ("thrown", "A"), "stop", ("closed", "A")]


async def test_async_generator_left_early() -> None:
    """An async generator that is closed cleans up under its version."""
    log: list[Any] = []
    async with aclosing(async_generator(log)) as steps:
        await anext(steps)
    assert (log, active_name()) == ([("closed", "A")], None)


def test_abandoned_async_generator() -> None:
    """An async generator that nobody closes is closed by the event loop, under its version."""
    log: list[Any] = []

    async def main() -> None:
        async for _ in async_generator(log):
            break
        for _ in range(10):  # turns of the loop, of which closing takes a few
            await asyncio.sleep(0)

    asyncio.run(main())
    assert log == [("closed", "A")]


def test_cancelled_amidst_a_step() -> None:
    """A task that is cancelled while an async generator waits ends with its version undone."""

    @active_model("A")
    async def endless() -> AsyncGenerator[None, None]:
        await asyncio.Event().wait()
        yield

    async def consume(seen: list[str | None]) -> None:
        try:
            async for _ in endless():
                pass
        finally:
            seen.append(active_name())

    async def main() -> list[str | None]:
        seen: list[str | None] = []
        task = asyncio.create_task(consume(seen))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return seen

    assert asyncio.run(main()) == [None]


def test_dropped_amidst_a_step(caplog: pytest.LogCaptureFixture) -> None:
    """A coroutine or a step that the garbage collector ends elsewhere changes nothing there, and nothing is logged."""

    class Pause:
        def __await__(self) -> Generator[None, None, None]:
            yield

    @active_model("A")
    async def waiting() -> None:
        await Pause()

    @active_model("A")
    async def waiting_steps() -> AsyncGenerator[None, None]:
        await Pause()
        yield

    for suspended in (waiting(), waiting_steps().asend(None)):
        contextvars.copy_context().run(suspended.send, None)
        with active_model("outer"):
            suspended.close()
            assert active_name() == "outer"
    assert (caplog.records, active_name()) == ([], None)
