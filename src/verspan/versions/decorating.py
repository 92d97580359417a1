"""A version around every call of a function, whatever kind of function it is."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from verspan.context import ActiveVersion
from verspan.versions.scope import GeneratorScope


class Block(AbstractContextManager[Any], Protocol):
    """What makes a version active around a block of code."""

    def version(self) -> ActiveVersion:
        """The version that a call made now belongs to."""
        ...


Function = Callable[..., Any]


def decorated(function: Function, block: Block) -> Function:
    """The function with a version active in each call, as a function of the same kind.

    Args:
        function: a function, coroutine function, generator function or async generator function.
        block: entered around each call, or asked for the version of each generator.
    """
    around = next((around for is_kind, around in _KINDS if is_kind(function)), _around_call)
    return functools.wraps(function)(around(function, block))


def _around_call(function: Function, block: Block) -> Function:
    def call(*args: Any, **kwargs: Any) -> Any:
        with block:
            return function(*args, **kwargs)

    return call


def _around_coroutine(function: Function, block: Block) -> Function:
    async def call(*args: Any, **kwargs: Any) -> Any:
        with block:
            return await function(*args, **kwargs)

    return call


def _around_generator(function: Function, block: Block) -> Function:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        return (yield from _Steps(function(*args, **kwargs), GeneratorScope(block.version())))

    return call


def _around_async_generator(function: Function, block: Block) -> Function:
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        body, scope = function(*args, **kwargs), GeneratorScope(block.version())
        resume: Awaitable[Any] = body.__anext__()
        while True:
            try:
                with scope.step():
                    item = await resume
            except StopAsyncIteration:
                return
            try:
                resume = body.asend((yield item))
            except BaseException as thrown:  # noqa: BLE001 - closing and cancelling are the body's to answer
                resume = body.athrow(thrown)

    return call


class _Steps(Generator[Any, Any, Any]):
    """A generator's body, each step of it under the version; ``yield from`` calls these methods."""

    def __init__(self, body: Generator[Any, Any, Any], scope: GeneratorScope) -> None:
        self._body = body
        self._scope = scope

    def send(self, value: Any) -> Any:
        with self._scope.step():
            return self._body.send(value)

    def throw(self, *thrown: Any) -> Any:
        with self._scope.step():
            return self._body.throw(*thrown)

    def close(self) -> None:
        with self._scope.step():
            self._body.close()


_KINDS: Final = (
    (inspect.iscoroutinefunction, _around_coroutine),
    (inspect.isgeneratorfunction, _around_generator),
    (inspect.isasyncgenfunction, _around_async_generator),
)
