"""Calling an entry point of whatever kind from an event loop, without ever holding the loop up."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from typing import Any, Final

from verspan.packaging.loaded import LoadedModel
from verspan.packaging.serving.messages import Invocation

_END: Final = object()


async def called(model: LoadedModel, invocation: Invocation, threads: Executor) -> Any:
    """What a call of the entry point gives: a value, or an async iterator where it gives one after another.

    A function that is not asynchronous is called in a thread.

    Args:
        model: whose entry point.
        invocation: its arguments.
        threads: where functions run that are not asynchronous.
    """
    arguments = (*invocation.args,), {**invocation.kwargs}
    if inspect.iscoroutinefunction(model.function):
        result = await model.function(*arguments[0], **arguments[1])
    else:
        result = await _in_thread(threads, lambda: model.function(*arguments[0], **arguments[1]))
        if inspect.isawaitable(result):  # of a function that only returns a coroutine
            result = await result
    if isinstance(result, Iterator):
        return _stepped(result, threads)
    return result


def check_arguments(model: LoadedModel, invocation: Invocation) -> str | None:
    """What is wrong with the arguments; None where nothing is, or nothing is known of the entry point's."""
    try:
        inspect.signature(model.function).bind(*invocation.args, **invocation.kwargs)
    except TypeError as error:
        return str(error)
    except ValueError:  # a function of an extension module
        return None
    return None


async def _stepped(iterator: Iterator[Any], threads: Executor) -> AsyncIterator[Any]:
    """An iterator, each step of it in a thread."""
    try:
        while (item := await _in_thread(threads, lambda: next(iterator, _END))) is not _END:
            yield item
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            close()


async def _in_thread(threads: Executor, function: Callable[[], Any]) -> Any:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, context.run, function)
