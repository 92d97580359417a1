"""Hearing the messages that go through a connection of the ``websockets`` package, synchronous or asynchronous.

The application keeps the connection that it has. What it sends is heard before it leaves and what it receives once it
has come; nothing is read, changed or kept back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, Protocol

from verspan.instrumentation.guard import report
from verspan.instrumentation.streams import call_before


class Listener(Protocol):
    """Whoever hears a connection. What it raises is reported and never reaches the application."""

    def sent(self, message: Any) -> None:
        """A message is about to be sent: text, bytes, or the fragments of either."""
        ...

    def received(self, message: str | bytes) -> None:
        """A message has come."""
        ...

    def failed(self, failure: BaseException) -> None:
        """Sending or receiving has raised: because the connection is over, or the wait for it was given up."""
        ...

    def closed(self) -> None:
        """The application is about to close the connection; told as often as it does so."""
        ...


def listen(connection: Any, listener: Listener) -> None:
    """Have a listener hear a connection from now on; one that is heard already is left as it is.

    Args:
        connection: a connection of ``websockets``, of its threading or its asyncio implementation.
        listener: who hears it.
    """
    if "recv" in vars(connection):
        return
    heard = _heard_async if iscoroutinefunction(connection.recv) else _heard
    connection.send = heard(connection.send, listener, before=listener.sent)
    connection.recv = heard(connection.recv, listener, after=listener.received)
    call_before(connection, ("close",), lambda: _tell(listener.closed))


def _heard(
    original: Callable[..., Any],
    listener: Listener,
    *,
    before: Callable[[Any], None] | None = None,
    after: Callable[[Any], None] | None = None,
) -> Callable[..., Any]:
    def method(*args: Any, **kwargs: Any) -> Any:
        _tell(before, *args[:1])
        try:
            passed = original(*args, **kwargs)
        except BaseException as failure:
            _tell(listener.failed, failure)
            raise
        _tell(after, passed)
        return passed

    return method


def _heard_async(
    original: Callable[..., Awaitable[Any]],
    listener: Listener,
    *,
    before: Callable[[Any], None] | None = None,
    after: Callable[[Any], None] | None = None,
) -> Callable[..., Awaitable[Any]]:
    async def method(*args: Any, **kwargs: Any) -> Any:
        _tell(before, *args[:1])
        try:
            passed = await original(*args, **kwargs)
        except BaseException as failure:
            _tell(listener.failed, failure)
            raise
        _tell(after, passed)
        return passed

    return method


def _tell(told: Callable[..., None] | None, *about: Any) -> None:
    if told is None:
        return
    try:
        told(*about)
    except Exception as error:  # noqa: BLE001 - the application talks on
        report(error, "following a websocket")
