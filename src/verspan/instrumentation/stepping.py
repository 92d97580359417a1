"""Running something inside an OpenTelemetry context, sync or async, without ever holding a token over a suspension.

A token that is held while a coroutine sleeps is reset in another context when the coroutine is closed from elsewhere (a
cancelled task, the garbage collector), which OpenTelemetry answers with "was created in a different Context". So a
coroutine is driven step by step, the context attached for each step alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any, Generic, TypeVar

from opentelemetry.context import Context, attach, detach, get_current

T = TypeVar("T")


def run_in(context: Context, operation: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call an operation with a context attached."""
    token = attach(context)
    try:
        return operation(*args, **kwargs)
    finally:
        detach(token)


class AwaitIn(Generic[T]):
    """An awaitable that runs another with a context attached during each of its steps."""

    __slots__ = ("_awaitable", "_context")

    def __init__(self, context: Context, awaitable: Awaitable[T]) -> None:
        self._context = context
        self._awaitable = awaitable

    @property
    def context(self) -> Context:
        """The context of the next step: the one it was given, and what the steps have attached and still hold."""
        return self._context

    def __await__(self) -> Generator[Any, Any, T]:
        """Drive the other awaitable."""
        steps = self._awaitable.__await__()
        resume: Callable[[], Any] = steps.__next__
        while True:
            token = attach(self._context)
            try:
                suspended_on = resume()
            except StopIteration as finished:
                return finished.value  # type: ignore[no-any-return]  # the value of a generator's return is Any
            finally:
                # What the steps attached and still hold is theirs to find again at the next one.
                self._context = get_current()
                detach(token)
            try:
                sent = yield suspended_on
                resume = steps.__next__ if sent is None else _call(steps.send, sent)
            except BaseException as thrown:  # noqa: BLE001 - cancellation and closing belong to the steps
                resume = _call(steps.throw, thrown)


def each_in(context: Context, source: Generator[T, None, None]) -> Generator[T, None, None]:
    """What a generator gives, with a context attached while it runs and never while its reader does."""
    try:
        while True:
            token = attach(context)
            try:
                item = next(source)
            except StopIteration:
                return
            finally:
                context = get_current()
                detach(token)
            yield item
    finally:
        run_in(context, source.close)


async def each_awaited_in(context: Context, source: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same of an asynchronous generator."""
    try:
        while True:
            step = AwaitIn(context, source.__anext__())
            try:
                item = await step
            except StopAsyncIteration:
                return
            finally:
                context = step.context
            yield item
    finally:
        await AwaitIn(context, source.aclose())


def _call(method: Callable[[Any], Any], argument: Any) -> Callable[[], Any]:
    return lambda: method(argument)
