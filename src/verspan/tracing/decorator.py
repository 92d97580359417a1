"""``@trace``: a span around a function, a coroutine function, a generator or an async generator."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar, cast, overload

from verspan import semconv
from verspan.instrumentation import abandoned
from verspan.instrumentation.stepping import AwaitIn, run_in
from verspan.tracing.arguments import Arguments, full_name, named_function
from verspan.tracing.generators import Reducer, async_generator_function, generator_function
from verspan.tracing.live import UNKNOWN, LiveSpan

Function = TypeVar("Function", bound=Callable[..., Any])


@overload
def trace(func: Function) -> Function: ...


@overload
def trace(
    func: None = None,
    name: str | None = None,
    span_type: str = UNKNOWN,
    attributes: Mapping[str, Any] | None = None,
    output_reducer: Reducer | None = None,
) -> Callable[[Function], Function]: ...


def trace(
    func: Function | None = None,
    name: str | None = None,
    span_type: str = UNKNOWN,
    attributes: Mapping[str, Any] | None = None,
    output_reducer: Reducer | None = None,
) -> Function | Callable[[Function], Function]:
    """Trace a function: a span for each call, with its arguments and its result under the content policy.

    Works on functions, coroutine functions, generators and async generators, on methods, and above or below
    ``@classmethod`` and ``@staticmethod``. A generator's span starts with its first step, ends when it is exhausted,
    closed, dropped or fails, and its consumer never runs inside the span.

    Args:
        func: the function, where the decorator is used without parentheses.
        name: the span's name; the function's where it is None.
        span_type: what kind of step it is, such as ``"CHAIN"``, ``"TOOL"`` or ``"RETRIEVER"``; free text.
        attributes: attributes that every span starts with.
        output_reducer: makes one output of the items that a generator yielded, all of which are kept for it until then;
            without it the output is a list of them, as far as they fit into an attribute.
    """

    def decorate(target: Any) -> Any:
        if isinstance(target, (classmethod, staticmethod)):
            return type(target)(decorate(target.__func__))
        traced = _Traced(target, name, span_type, attributes, output_reducer)
        return functools.wraps(target)(traced.wrapper())

    return decorate if func is None else cast("Function", decorate(func))


class _Traced:
    """One decorated function."""

    def __init__(
        self,
        function: Callable[..., Any],
        name: str | None,
        span_type: str,
        attributes: Mapping[str, Any] | None,
        reduce: Reducer | None,
    ) -> None:
        self._function = function
        self._name = name or named_function(function).__name__
        self._span_type = span_type
        self._attributes = {semconv.CODE_FUNCTION_NAME: full_name(function), **(attributes or {})}
        self._reduce = reduce
        self._arguments = Arguments(function)

    def wrapper(self) -> Callable[..., Any]:
        """A function of the same kind that makes a span for each call."""
        if self._is(inspect.iscoroutinefunction):
            return self._coroutine_function()
        if self._is(inspect.isasyncgenfunction):
            return async_generator_function(self._begin, self._reduce)
        if self._is(inspect.isgeneratorfunction):
            return generator_function(self._begin, self._reduce)
        return self._plain_function()

    def _is(self, kind: Callable[[Any], bool]) -> bool:
        # Of an object that can be called, the kind is that of its method.
        return kind(self._function) or kind(self._function.__call__)  # type: ignore[operator]  # a callable has it

    def _plain_function(self) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            live = self._start(args, kwargs)
            try:
                result = run_in(live.context, self._function, *args, **kwargs)
            except BaseException as failure:
                live.record_exception(failure)
                live.end()
                raise
            # A coroutine function may hide behind another decorator.
            return _awaited(live, result) if inspect.iscoroutine(result) else _returned(live, result)

        return call

    def _coroutine_function(self) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            coroutine, live = self._begin(args, kwargs)
            return await _awaited(live, coroutine)

        return call

    def _begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, LiveSpan]:
        """What the function returns without having run, and the span in which it is to run."""
        suspended = self._function(*args, **kwargs)
        return suspended, self._start(args, kwargs)

    def _start(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> LiveSpan:
        live = LiveSpan.start(self._name, self._span_type, self._attributes)
        if live.captures_content:
            live.set_inputs(self._arguments.of_call(args, kwargs))
        return live


async def _awaited(live: LiveSpan, coroutine: Coroutine[Any, Any, Any]) -> Any:
    abandoned.watch()
    try:
        result = await AwaitIn(live.context, coroutine)
    except GeneratorExit as closed:  # the coroutine was dropped, perhaps by the garbage collector
        live.drop(closed)
        raise
    except BaseException as failure:
        live.record_exception(failure)
        live.end()
        raise
    return _returned(live, result)


def _returned(live: LiveSpan, result: Any) -> Any:
    live.set_outputs(result)
    live.end()
    return result
