"""How long sessions last, which is measured and has no span."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

from opentelemetry.trace import SpanKind

from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import measure
from verspan.instrumentation.telemetry import Telemetry
from verspan_mcp._connections import Connections
from verspan_mcp._operations import SessionOperation


class SessionClock:
    """Measures sessions from their beginning to their end."""

    def __init__(self, telemetry: Telemetry, connections: Connections) -> None:
        self._telemetry = telemetry
        self._connections = connections
        self._begun: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def begin(self, session: Any) -> None:
        """A session begins."""
        self._begun[session] = perf_counter()

    def end(self, session: Any, kind: SpanKind, stream: Any, failure: type[BaseException] | None = None) -> None:
        """A session is over; one that began before it was watched is not measured.

        Args:
            session: what began.
            kind: CLIENT or SERVER, whose session it is.
            stream: what it writes to.
            failure: what ended it.
        """
        begun = self._begun.pop(session, None)
        if begun is None:
            return
        attributes = self._connections.of(stream).attributes()
        operation = SessionOperation("session", attributes=attributes, kind=kind)
        error_type = None if failure is None else failure.__qualname__
        measure(self._telemetry, operation, perf_counter() - begun, error_type)


class Entering:
    """Around ``__aenter__`` of sessions."""

    def __init__(self, clock: SessionClock) -> None:
        self._clock = clock
        self.active = True

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Begin to measure."""
        if self.active:
            self._clock.begin(instance)
        return wrapped(*args, **kwargs)


class Leaving:
    """Around ``__aexit__`` of sessions."""

    def __init__(self, clock: SessionClock) -> None:
        self._clock = clock
        self.active = True

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Measure."""
        try:
            self._clock.end(instance, _kind_of(instance), _stream_of(instance), args[0] if args else None)
        except Exception as error:  # noqa: BLE001 - the session is left, measured or not
            report(error, "measuring a session")
        return wrapped(*args, **kwargs)


class ConnectionOpening:
    """Around ``Connection.for_loop``, from 2.0 on: what a server's sessions are."""

    def __init__(self, clock: SessionClock) -> None:
        self._clock = clock
        self.active = True

    def __call__(self, wrapped: Callable[..., Any], _: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Begin to measure, until the connection is torn down."""
        connection = wrapped(*args, **kwargs)
        try:
            if self.active:
                self._clock.begin(connection)
                stream = getattr(connection.outbound, "_write_stream", None)
                connection.exit_stack.callback(self._clock.end, connection, SpanKind.SERVER, stream)
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "measuring a session")
        return connection


def _kind_of(session: Any) -> SpanKind:
    serves = any(base.__name__ == "ServerSession" for base in type(session).__mro__)
    return SpanKind.SERVER if serves else SpanKind.CLIENT


def _stream_of(session: Any) -> Any:
    dispatcher = getattr(session, "_dispatcher", session)
    return getattr(dispatcher, "_write_stream", None)
