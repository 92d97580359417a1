"""``@trace``: a span around a function, a coroutine function, a generator or an async generator."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping, Sequence
from typing import Any, TypeVar, cast, overload

from verspan import semconv
from verspan.instrumentation.guard import report
from verspan.instrumentation.policy import current_policy
from verspan.instrumentation.stepping import AwaitIn, run_in
from verspan.tracing.live import UNKNOWN, LiveSpan

Function = TypeVar("Function", bound=Callable[..., Any])
Reducer = Callable[[Sequence[Any]], Any]


@overload
def trace(function: Function) -> Function: ...


@overload
def trace(
    function: None = None,
    name: str | None = None,
    span_type: str = UNKNOWN,
    attributes: Mapping[str, Any] | None = None,
    output_reducer: Reducer | None = None,
) -> Callable[[Function], Function]: ...


def trace(
    function: Function | None = None,
    name: str | None = None,
    span_type: str = UNKNOWN,
    attributes: Mapping[str, Any] | None = None,
    output_reducer: Reducer | None = None,
) -> Function | Callable[[Function], Function]:
    """Trace a function: a span for each call, with its arguments and its result under the content policy.

    Works on functions, coroutine functions, generators and async generators; a generator's span ends when it is
    exhausted, closed, dropped or fails, and its consumer never runs inside the span.

    Args:
        function: the function, where the decorator is used without parentheses.
        name: the span's name; the function's where it is None.
        span_type: what kind of step it is, such as ``"CHAIN"``, ``"TOOL"`` or ``"RETRIEVER"``; free text.
        attributes: attributes that every span starts with.
        output_reducer: makes one output of the items that a generator yielded; a list of them where it is None.
    """

    def decorate(target: Function) -> Function:
        traced = _Traced(target, name or target.__name__, span_type, attributes, output_reducer)
        return cast("Function", functools.wraps(target)(traced.wrapper()))

    return decorate if function is None else decorate(function)


class _Traced:
    """One decorated function."""

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        span_type: str,
        attributes: Mapping[str, Any] | None,
        output_reducer: Reducer | None,
    ) -> None:
        self._function = function
        self._name = name
        self._span_type = span_type
        self._attributes = {semconv.CODE_FUNCTION_NAME: _full_name(function), **(attributes or {})}
        self._reduce: Reducer = output_reducer or list
        self._signature = inspect.signature(function)

    def wrapper(self) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(self._function):
            return self._coroutine_function()
        if inspect.isasyncgenfunction(self._function):
            return self._async_generator_function()
        if inspect.isgeneratorfunction(self._function):
            return self._generator_function()
        return self._plain_function()

    def _plain_function(self) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            live = self._start(args, kwargs)
            try:
                result = run_in(live.context, self._function, *args, **kwargs)
            except BaseException as failure:
                _failed(live, failure)
                raise
            return _returned(live, result)

        return call

    def _coroutine_function(self) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            live = self._start(args, kwargs)
            try:
                result = await AwaitIn(live.context, self._function(*args, **kwargs))
            except BaseException as failure:
                _failed(live, failure)
                raise
            return _returned(live, result)

        return call

    def _generator_function(self) -> Callable[..., Generator[Any, Any, Any]]:
        def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            live = self._start(args, kwargs)
            items = _Items(live, self._reduce)
            source = self._function(*args, **kwargs)
            resume: Callable[[], Any] = source.__next__
            while True:
                try:
                    item = run_in(live.context, resume)
                except BaseException as end:
                    if isinstance(end, StopIteration):
                        items.finish()
                        return end.value
                    items.fail(end)
                    raise
                items.add(item)
                resume = yield from _resumption(source, item)

        return call

    def _async_generator_function(self) -> Callable[..., AsyncGenerator[Any, Any]]:
        async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
            live = self._start(args, kwargs)
            items = _Items(live, self._reduce)
            source = self._function(*args, **kwargs)
            resume = source.__anext__()
            while True:
                try:
                    item = await AwaitIn(live.context, resume)
                except StopAsyncIteration:
                    items.finish()
                    return
                except BaseException as failure:
                    items.fail(failure)
                    raise
                items.add(item)
                try:
                    resume = source.asend((yield item))
                except BaseException as thrown:  # noqa: BLE001 - closing and throwing belong to the generator
                    resume = source.athrow(thrown)

        return call

    def _start(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> LiveSpan:
        live = LiveSpan.start(self._name, self._span_type, self._attributes)
        if current_policy().captures:
            live.set_inputs(self._inputs(args, kwargs))
        return live

    def _inputs(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:  # the call itself will say so, in its own words
            return {"args": args, "kwargs": kwargs}
        return {key: value for key, value in bound.arguments.items() if key not in ("self", "cls")}


class _Items:
    """What a generator yields, kept for the span's outputs where content is captured."""

    def __init__(self, live: LiveSpan, reduce: Reducer) -> None:
        self._live = live
        self._reduce = reduce
        self._items: list[Any] | None = [] if current_policy().captures else None

    def add(self, item: Any) -> None:
        if self._items is not None:
            self._items.append(item)

    def finish(self) -> None:
        if self._items is not None:
            try:
                self._live.set_outputs(self._reduce(self._items))
            except Exception as error:  # noqa: BLE001 - a reducer of the application's may fail, the generator has not
                report(error, "reducing what a generator yielded")
        self._live.end()

    def fail(self, failure: BaseException) -> None:
        if isinstance(failure, GeneratorExit):  # closed or dropped by its consumer, which is no failure
            self.finish()
        else:
            _failed(self._live, failure)


def _resumption(source: Generator[Any, Any, Any], item: Any) -> Generator[Any, Any, Callable[[], Any]]:
    """Hand an item to the consumer, and give what resumes the source with what the consumer does next."""
    try:
        sent = yield item
    except BaseException as thrown:  # noqa: BLE001 - closing and throwing belong to the generator
        failure = thrown
        return lambda: source.throw(failure)
    return lambda: source.send(sent)


def _returned(live: LiveSpan, result: Any) -> Any:
    live.set_outputs(result)
    live.end()
    return result


def _failed(live: LiveSpan, failure: BaseException) -> None:
    live.record_exception(failure)
    live.end()


def _full_name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
