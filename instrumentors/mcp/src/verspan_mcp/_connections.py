"""What requests go by: a pipe to a process, or HTTP to a server, as far as the session's streams tell."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import wrapt

from verspan import semconv
from verspan.instrumentation.guard import report

SESSION_HEADER: Final = "mcp-session-id"
_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True)
class Connection:
    """How a session reaches its other side."""

    is_pipe: bool = False
    """Whether it stays on this machine, between two processes."""
    host: str | None = None
    port: int | None = None
    transport: Any = None
    """The SDK's transport, which learns of the session's id from the server's first answer."""

    @property
    def session_id(self) -> str | None:
        """The session's id, where the server has given it one."""
        return getattr(self.transport, "session_id", None)

    def attributes(self) -> dict[str, Any]:
        """Attributes of a request that is sent by it."""
        if self.is_pipe:
            return {semconv.NETWORK_TRANSPORT: "pipe"}
        if self.host is None:
            return {}
        address = {semconv.SERVER_ADDRESS: self.host}
        port = {} if self.port is None else {semconv.SERVER_PORT: self.port}
        return {semconv.NETWORK_TRANSPORT: "tcp", **address, **port}


UNKNOWN: Final = Connection()
PIPE: Final = Connection(is_pipe=True)


def at(url: str, transport: Any = None) -> Connection:
    """The connection to the server at a URL."""
    try:
        parts = urlsplit(url)
        return Connection(host=parts.hostname, port=parts.port or _PORTS.get(parts.scheme), transport=transport)
    except ValueError:
        return UNKNOWN


class Connections:
    """The connection behind each stream that requests are written to, for as long as the stream lives."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Any, Connection] = WeakKeyDictionary()

    def keep(self, stream: Any, connection: Connection) -> None:
        """Take note of what a stream writes to."""
        self._known[_kept_by(stream)] = connection

    def of(self, stream: Any) -> Connection:
        """What a stream writes to."""
        return UNKNOWN if stream is None else self._known.get(_kept_by(stream), UNKNOWN)


def _kept_by(stream: Any) -> Any:
    # The SDK's own streams from 2.0 on cannot be referred to weakly; the one inside can.
    return getattr(stream, "_inner", stream)


class PostWriter:
    """Learns of streamable HTTP where the transport begins to send what is written to its stream."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.active = True

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Stand in the place of ``StreamableHTTPTransport.post_writer``."""
        try:
            if self.active:
                stream = args[3] if len(args) > 3 else kwargs["write_stream"]  # noqa: PLR2004 - its position
                self._connections.keep(stream, at(str(instance.url), instance))
        except Exception as error:  # noqa: BLE001 - the connection is made, whatever is known of it
            report(error, "looking at a connection by HTTP")
        return wrapped(*args, **kwargs)


@dataclass
class TransportFunction:
    """One of the SDK's ``async with`` functions that give a pair of streams.

    Applications import these by name, mostly before anything is instrumented. So the function stays, and what it runs
    is replaced: the generator in the closure that ``contextlib.asynccontextmanager`` made.
    """

    module: str
    name: str
    connection: Callable[[tuple[Any, ...], Mapping[str, Any]], Connection]
    """What it connects to, by its arguments."""
    connections: Connections
    _cell: Any = None
    _original: Any = None
    _wanted: bool = False

    def apply(self) -> None:
        """Follow it from now on, or from its import on."""
        self._wanted = True
        wrapt.when_imported(self.module)(self._replace)

    def remove(self) -> None:
        """Leave it as it was."""
        self._wanted = False
        if self._cell is not None:
            self._cell.cell_contents, self._cell = self._original, None

    def _replace(self, module: Any) -> None:
        if not self._wanted:
            return
        try:
            function = getattr(module, self.name)
            place = function.__code__.co_freevars.index("func")
            self._cell = function.__closure__[place]
            self._original = self._cell.cell_contents
            self._cell.cell_contents = self._following
        except Exception as error:  # noqa: BLE001 - what it connects to stays unknown
            report(error, f"looking at {self.module}.{self.name}")

    async def _following(self, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        async with asynccontextmanager(self._original)(*args, **kwargs) as streams:
            self._keep(streams, args, kwargs)
            yield streams

    def _keep(self, streams: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        try:
            self.connections.keep(streams[1], self.connection(args, kwargs))
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, f"looking at what {self.name} gives")


def transport_functions(connections: Connections) -> list[TransportFunction]:
    """All of the SDK's whose streams say nothing themselves of what they write to."""

    def pipe(_args: tuple[Any, ...], _kwargs: Mapping[str, Any]) -> Connection:
        return PIPE

    def server(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Connection:
        return at(str(args[0] if args else kwargs["url"]))

    return [
        TransportFunction("mcp.client.stdio", "stdio_client", pipe, connections),
        TransportFunction("mcp.server.stdio", "stdio_server", pipe, connections),
        TransportFunction("mcp.client.sse", "sse_client", server, connections),
        TransportFunction("mcp.client.websocket", "websocket_client", server, connections),
    ]
