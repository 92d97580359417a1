"""Calling functions of users' from an event loop: those that wait in it, and those that need a thread."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any, TypeVar

from verspan.errors import InvalidArgumentError

_Result = TypeVar("_Result")


class CallTimeoutError(TimeoutError):
    """A function took longer than it may; it is not called again."""


def is_asynchronous(function: Callable[..., Any]) -> bool:
    """Whether calling it gives something to wait for."""
    if not callable(function):
        raise InvalidArgumentError(f"predict_fn is a function, and not {type(function).__name__}")
    call = getattr(function, "__call__", None)  # noqa: B004 - of an object, the kind is that of its method
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


async def in_thread(call: Callable[[], _Result]) -> _Result:
    """Run a function on a thread of its own, in this context, and give what it gives.

    The thread is a daemon, and nobody waits for one that is given up: neither the next function, as in a pool, nor the
    end of the process.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()
    context = copy_context()

    def run() -> None:
        try:
            result = context.run(call)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            _tell(loop, _fail, done, error)
        else:
            _tell(loop, _finish, done, result)

    threading.Thread(target=run, name="verspan-evaluate", daemon=True).start()
    return await done


async def within(timeout_s: float | None, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """What a coroutine gives, if it does in time.

    Raises:
        CallTimeoutError: it does not.
    """
    if timeout_s is None:
        return await coroutine
    task = asyncio.ensure_future(coroutine)
    finished, _ = await asyncio.wait({task}, timeout=timeout_s)
    if finished:
        return task.result()
    task.cancel()  # and not waited for: it may not heed it
    task.add_done_callback(_heard)
    raise CallTimeoutError(f"it took more than {timeout_s:g} s")


def _heard(task: asyncio.Future[Any]) -> None:
    """Look at what became of a task that nobody waits for, which asyncio would log otherwise."""
    if not task.cancelled():
        task.exception()


def _tell(loop: asyncio.AbstractEventLoop, *told: Any) -> None:
    try:
        loop.call_soon_threadsafe(*told)
    except RuntimeError:  # the loop has been closed, and nobody waits any more
        return


def _finish(done: asyncio.Future[_Result], result: _Result) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[Any], error: BaseException) -> None:
    if done.done():
        return
    # A future refuses StopIteration, and what is no Exception would end the loop instead of the row.
    plain = isinstance(error, Exception) and not isinstance(error, StopIteration)
    done.set_exception(error if plain else RuntimeError(f"{type(error).__name__}: {error}"))
