"""Streams of LiteLLM's own types, whose steps are taken as the application asks for them.

The types look their steps up in the class, so the step of the class is replaced, once for each type. For a stream that
no call follows the new one does what the old one does; it stays when LiteLLM is left as it was, because streams may be
under way then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from verspan.instrumentation import abandoned
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.stepping import AwaitIn, run_in
from verspan.instrumentation.streams import call_before

_RUN = "_verspan_run"
_MARK = "_verspan_step"


def is_stepped(response: Any) -> bool:
    """Whether a response is a stream."""
    kind = type(response)
    return hasattr(kind, "__next__") or hasattr(kind, "__anext__")


def follow_steps(stream: Any, run: CallRun) -> None:
    """Have a stream's chunks taken, and the call finished when they end, when it is closed, or when it is dropped."""
    abandoned.watch()
    kind = type(stream)
    for name, stepping in (("__next__", _next), ("__anext__", _anext)):
        step = getattr(kind, name, None)
        if step is not None and not hasattr(step, _MARK):
            setattr(kind, name, stepping(step))
    stream.__dict__[_RUN] = run
    call_before(stream, ("close", "aclose"), run.finish)


def _next(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @wraps(step)
    def step_on(stream: Any) -> Any:
        run = _begun(stream)
        if run is None:
            return step(stream)
        try:
            chunk = run_in(run.context, step, stream)
        except BaseException as end:
            _ended(run, end)
            raise
        return _given(stream, run, chunk)

    step_on.__dict__[_MARK] = True
    return step_on


def _anext(step: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
    @wraps(step)
    async def step_on(stream: Any) -> Any:
        run = _begun(stream)
        if run is None:
            return await step(stream)
        try:
            chunk = await AwaitIn(run.context, step(stream))
        except BaseException as end:
            _ended(run, end)
            raise
        return _given(stream, run, chunk)

    step_on.__dict__[_MARK] = True
    return step_on


def _begun(stream: Any) -> CallRun | None:
    """The call of a stream, which is taken away while a step is under way: one step may make another."""
    run: CallRun | None = stream.__dict__.pop(_RUN, None)
    return run


def _given(stream: Any, run: CallRun, chunk: Any) -> Any:
    stream.__dict__[_RUN] = run
    run.take_chunk(chunk)
    return chunk


def _ended(run: CallRun, end: BaseException) -> None:
    run.finish(None if isinstance(end, (StopIteration, StopAsyncIteration)) else end)
