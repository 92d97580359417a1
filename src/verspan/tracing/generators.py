"""Generators under a span: each step inside it, their consumer never.

A step begins in the context that the step before it left, so that a span which the generator's own code holds open over
a ``yield`` is found again; and no token of OpenTelemetry's context is held meanwhile, since a generator may be closed
from anywhere.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from typing import Any

from opentelemetry.context import Context, attach, detach, get_current

from verspan.instrumentation import abandoned
from verspan.instrumentation.guard import report
from verspan.instrumentation.serialising import content_cap, to_json
from verspan.instrumentation.stepping import AwaitIn
from verspan.tracing.live import LiveSpan

Reducer = Callable[[Sequence[Any]], Any]


Beginning = Callable[[tuple[Any, ...], dict[str, Any]], tuple[Any, LiveSpan]]
"""Given a call's arguments: the generator that the function returns, and the span around it."""


def generator_function(begin: Beginning, reduce: Reducer | None) -> Callable[..., Generator[Any, Any, Any]]:
    """A generator function whose generators step through another function's, each under a span."""

    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        source, live = begin(args, kwargs)
        return (yield from _Steps(source, _Run(live, reduce)))

    return call


def async_generator_function(begin: Beginning, reduce: Reducer | None) -> Callable[..., AsyncGenerator[Any, Any]]:
    """The same for an async generator function."""

    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        source, live = begin(args, kwargs)
        run = _Run(live, reduce)
        resume: Awaitable[Any] = source.__anext__()
        while True:
            step = _Step(run.context, resume)
            try:
                item = await step
            except StopAsyncIteration:
                run.finish()
                return
            except BaseException as failure:
                run.failed(failure)
                raise
            run.context = step.left
            run.add(item)
            try:
                resume = source.asend((yield item))
            except BaseException as thrown:  # noqa: BLE001 - closing and throwing belong to the generator
                resume = source.athrow(thrown)

    return call


class _Step(AwaitIn[Any]):
    """One step of an async generator."""

    @property
    def left(self) -> Context:
        """The context that the step has left behind."""
        return self._context


class _Steps(Generator[Any, Any, Any]):
    """The steps of a generator; ``yield from`` calls these methods."""

    def __init__(self, source: Generator[Any, Any, Any], run: _Run) -> None:
        self._source = source
        self._run = run

    def send(self, value: Any) -> Any:
        """Step on."""
        return self._step(self._source.send, value)

    def throw(self, *thrown: Any) -> Any:
        """Step on with an exception."""
        return self._step(self._source.throw, *thrown)

    def close(self) -> None:
        """End early."""
        try:
            self._in_context(self._source.close)
        except BaseException as failure:
            self._run.failed(failure)
            raise
        self._run.drop()

    def _step(self, resume: Callable[..., Any], *values: Any) -> Any:
        try:
            item = self._in_context(resume, *values)
        except StopIteration:
            self._run.finish()
            raise
        except BaseException as failure:
            self._run.failed(failure)
            raise
        self._run.add(item)
        return item

    def _in_context(self, resume: Callable[..., Any], *values: Any) -> Any:
        token = attach(self._run.context)
        try:
            return resume(*values)
        finally:
            self._run.context = get_current()
            detach(token)


class _Run:
    """One generator under way: its span, and what it has yielded."""

    def __init__(self, live: LiveSpan, reduce: Reducer | None) -> None:
        self.context = live.context
        self._live = live
        self._ended_at: int | None = None
        self._yielded = _Yielded(reduce) if live.captures_content else None
        abandoned.watch()

    def add(self, item: Any) -> None:
        """Take note of what was yielded."""
        if self._yielded is not None:
            self._yielded.add(item)

    def failed(self, failure: BaseException) -> None:
        """End the span with what the generator raised; one that was closed has not failed."""
        if isinstance(failure, GeneratorExit):
            self.drop()
        else:
            self._live.record_exception(failure)
            self._live.end()

    def drop(self) -> None:
        """End the span soon: closing a generator may be the garbage collector's doing."""
        self._ended_at = time.time_ns()
        abandoned.finish_later(self)

    def finish(self) -> None:
        """End the span with what was yielded."""
        if self._yielded is not None:
            self._yielded.write(self._live)
        self._live.end(self._ended_at)


class _Yielded:
    """What a generator has yielded: as JSON within the size of one attribute, or as it is for a reducer."""

    def __init__(self, reduce: Reducer | None) -> None:
        self._reduce = reduce
        self._items: list[Any] = []
        self._size = 0
        self._left_out = 0

    def add(self, item: Any) -> None:
        """Take an item, as it is now."""
        try:
            if self._reduce is not None:
                self._items.append(item)
            elif self._left_out or self._size >= content_cap():
                self._left_out += 1
            else:
                self._add_json(to_json(item))
        except Exception as error:  # noqa: BLE001 - an item that cannot be written down is missing, the generator goes on
            report(error, "recording what a generator yields")

    def write(self, live: LiveSpan) -> None:
        """Set a span's outputs."""
        try:
            if self._reduce is not None:
                live.set_outputs(self._reduce(self._items))
            else:
                live.set_outputs_json(self._json())
        except Exception as error:  # noqa: BLE001 - a reducer of the application's may fail, the generator has not
            report(error, "reducing what a generator yielded")

    def _add_json(self, text: bytes) -> None:
        if self._size + len(text) > content_cap():
            self._left_out += 1
            return
        self._items.append(text)
        self._size += len(text) + 1

    def _json(self) -> bytes:
        if self._left_out:
            self._items.append(to_json(f"… ({self._left_out} more items)"))
        return b"[" + b",".join(self._items) + b"]"
