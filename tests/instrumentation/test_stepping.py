"""Running inside a context without holding a token over a suspension."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from opentelemetry.context import Context, attach, create_key, detach, get_value, set_value

from verspan.instrumentation.stepping import AwaitIn, run_in

_KEY = create_key("test.stepping")


def _context(value: str) -> Context:
    return set_value(_KEY, value)


def test_sync() -> None:
    """An operation sees the context, and nothing after it does."""
    assert run_in(_context("inside"), get_value, _KEY) == "inside"
    assert get_value(_KEY) is None


def test_each_step() -> None:
    """A coroutine sees its context in every step, and whoever runs between its steps does not."""
    seen: list[object] = []

    async def inner() -> str:
        for _ in range(3):
            seen.append(get_value(_KEY))
            await asyncio.sleep(0)
        return "done"

    async def outer() -> Any:
        seen.append(get_value(_KEY))
        result = await AwaitIn(_context("inside"), inner())
        seen.append(get_value(_KEY))
        return result

    assert asyncio.run(outer()) == "done"
    assert seen == [None, "inside", "inside", "inside", None]


def test_interleaved() -> None:
    """Coroutines that take turns each see their own context."""

    async def inner(name: str) -> list[object]:
        found = []
        for _ in range(5):
            found.append(get_value(_KEY))
            await asyncio.sleep(0)
        return [value == name for value in found]

    async def main() -> list[list[object]]:
        return list(await asyncio.gather(*(_await(AwaitIn(_context(name), inner(name))) for name in "abc")))

    assert asyncio.run(main()) == [[True] * 5] * 3


async def _await(awaitable: AwaitIn[Any]) -> Any:
    return await awaitable


def test_inner_attach() -> None:
    """What the coroutine itself attaches over a suspension is there again when it goes on."""

    async def inner() -> list[object]:
        token = attach(_context("deeper"))
        await asyncio.sleep(0)
        found = [get_value(_KEY)]
        detach(token)
        return [*found, get_value(_KEY)]

    async def main() -> Any:
        return await AwaitIn(_context("inside"), inner())

    assert asyncio.run(main()) == ["deeper", "inside"]


def test_exceptions() -> None:
    """An exception comes out of the coroutine, and one thrown in by cancellation reaches it."""
    reached: list[type[BaseException]] = []

    async def inner() -> None:
        try:
            await asyncio.Event().wait()
        except BaseException as error:
            reached.append(type(error))
            raise

    async def main() -> None:
        task = asyncio.ensure_future(_await(AwaitIn(_context("inside"), inner())))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert reached == [asyncio.CancelledError]


def test_closed_elsewhere(caplog: pytest.LogCaptureFixture) -> None:
    """A coroutine that is dropped half-way and closed in another context makes OpenTelemetry complain of nothing."""

    async def inner() -> None:
        await _Suspension()

    steps = _await(AwaitIn(_context("inside"), inner()))
    with caplog.at_level(logging.ERROR):
        steps.send(None)
        del steps
        gc.collect()
    assert caplog.records == []


class _Suspension:
    def __await__(self) -> Any:
        yield


def test_async_generator_closed_in_another_task(caplog: pytest.LogCaptureFixture) -> None:
    """An async generator may be begun in one task and closed in another."""

    async def numbers() -> AsyncIterator[int]:
        for number in range(3):
            await AwaitIn(_context("inside"), asyncio.sleep(0))
            yield number

    async def main() -> None:
        generator = numbers()
        assert await asyncio.create_task(generator.__anext__()) == 0  # type: ignore[arg-type]  # it is a coroutine
        await asyncio.create_task(generator.aclose())  # type: ignore[attr-defined]  # it is a generator

    with caplog.at_level(logging.ERROR):
        asyncio.run(main())
    assert caplog.records == []
