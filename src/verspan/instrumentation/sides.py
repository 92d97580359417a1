"""One way to use a client in tests, whether it is synchronous or not, so that no test is written twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, closing
from inspect import isasyncgen, isawaitable, isgenerator
from typing import Any, Protocol

_TURNS = 3


class ChatClient(Protocol):
    """What an instrumentor's tests provide: calls of a client that a real local server answers.

    Each method returns what the client returns: a value from a synchronous client, an awaitable from an asynchronous
    one.
    """

    def call(self) -> Any:
        """A call that is answered whole."""
        ...

    def stream(self) -> Any:
        """The same call answered as a stream of at least three chunks."""
        ...

    def failing_call(self) -> Any:
        """A call that the server refuses."""
        ...

    def raw_call(self) -> Any:
        """A call whose answer comes in the client's raw envelope, its body read; None where it has none."""
        ...

    def close(self) -> Any:
        """Release the client's connections."""
        ...


class Side:
    """A client and, where it is asynchronous, the event loop it lives in."""

    def __init__(self, build: Callable[[bool], ChatClient], *, asynchronous: bool) -> None:
        self._loop = asyncio.new_event_loop() if asynchronous else None
        self._client = build(asynchronous)

    @property
    def asynchronous(self) -> bool:
        """Whether the client is asynchronous."""
        return self._loop is not None

    def call(self) -> Any:
        """Make a call and wait for its answer."""
        return self.done(self._client.call())

    def failing_call(self) -> Any:
        """Make a call that fails."""
        return self.done(self._client.failing_call())

    def raw_call(self) -> Any:
        """Make a call whose answer comes in an envelope."""
        return self.done(self._client.raw_call())

    def stream(self) -> StreamSide:
        """Begin a stream."""
        return StreamSide(self.done(self._client.stream()), self)

    def cancelled_call(self) -> None:
        """Begin a call and cancel it while it waits for its answer."""
        self.done(self._begin_and_cancel())

    def done(self, outcome: Any) -> Any:
        """The outcome itself, or what awaiting it gives."""
        if not isawaitable(outcome):
            return outcome
        assert self._loop is not None, "a synchronous client returned an awaitable"
        return self._loop.run_until_complete(_awaited(outcome))

    def settle(self) -> None:
        """Let the event loop do what it still has to do, and let go of what that held."""
        if self._loop is not None:
            self._loop.run_until_complete(asyncio.sleep(0))

    def close(self) -> None:
        """Release the client and the loop."""
        self.done(self._client.close())
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _begin_and_cancel(self) -> None:
        task = asyncio.ensure_future(self._client.call())
        await asyncio.sleep(0)  # lets the task run up to its first wait
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class StreamSide:
    """A stream, read the same way whether it is synchronous or not."""

    def __init__(self, stream: Any, side: Side) -> None:
        self.stream = stream
        self._side = side

    def next(self) -> Any:
        """The next chunk."""
        if self._side.asynchronous:
            return self._side.done(_next_of(self.stream))
        return next(self.stream)

    def next_until_end(self) -> None:
        """Ask for the next chunk until there is none."""
        while True:
            self.next()

    def drain(self) -> list[Any]:
        """All chunks that are left, by the loop that people write."""
        return self._side.done(_all_of(self.stream)) if self._side.asynchronous else list(self.stream)

    def close(self) -> None:
        """Close the stream before its end."""
        self._done(self.stream.aclose() if isasyncgen(self.stream) else self.stream.close())

    def break_out_of_with(self) -> None:
        """Read one chunk inside a ``with`` and leave it."""
        if self._side.asynchronous:
            self._done(_break_out_of_async_with(self.stream))
            return
        with _block(self.stream) as entered:
            next(iter(entered))

    def fail_while_reading(self, failure: BaseException) -> None:
        """Read one chunk inside a ``with`` and raise."""
        if self._side.asynchronous:
            self._done(_fail_in_async_with(self.stream, failure))
            return
        with _block(self.stream) as entered:
            next(iter(entered))
            raise failure

    def _done(self, outcome: Any) -> None:
        try:
            self._side.done(outcome)
        finally:
            if isasyncgen(self.stream):  # what is within a client's own generator is closed at the loop's next turns
                for _ in range(_TURNS):
                    self._side.settle()


def _block(stream: Any) -> Any:
    """What a ``with`` that closes the stream is given: a generator has no such block of its own."""
    return closing(stream) if isgenerator(stream) else stream


def _async_block(stream: Any) -> Any:
    return aclosing(stream) if isasyncgen(stream) else stream


async def _awaited(outcome: Awaitable[Any]) -> Any:
    return await outcome


async def _next_of(stream: Any) -> Any:
    return await anext(stream)  # asked for inside the loop, which a generator has to know to be closed in it


async def _all_of(stream: Any) -> list[Any]:
    return [chunk async for chunk in stream]


async def _break_out_of_async_with(stream: Any) -> None:
    async with _async_block(stream) as entered:
        await entered.__anext__()


async def _fail_in_async_with(stream: Any, failure: BaseException) -> None:
    async with _async_block(stream) as entered:
        await entered.__anext__()
        raise failure
