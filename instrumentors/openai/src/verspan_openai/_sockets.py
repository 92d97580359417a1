"""Connections by websocket: every response that is given over one is a call, as it would be over HTTP.

There is no span for a connection. It may go on for an hour and would be seen by nobody while it does; what happened in
it is told by its responses, which name their conversation. A response begins when it is asked for, or where the
provider begins one by itself, as when somebody has stopped to speak, when it says so. It ends with the event that ends
it, or with the connection.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any
from urllib.parse import parse_qs

from verspan.instrumentation import abandoned
from verspan.instrumentation.guard import report
from verspan.instrumentation.instrumentor import Method
from verspan.instrumentation.sockets import listen
from verspan.instrumentation.telemetry import Telemetry
from verspan_openai._client import address_of
from verspan_openai._realtime_sessions import RealtimeSession
from verspan_openai._sessions import Session
from verspan_openai._socket_adapters import RealtimeAdapter, ResponsesSocketAdapter

_CONNECTIONS = (
    ("openai._websocket_connection", "WebSocketConnectionBase"),  # of all but the last from 3.x on
    ("openai.resources.realtime.realtime", "RealtimeConnection"),
    ("openai.resources.responses.responses", "ResponsesConnection"),
    ("openai.resources.beta.responses.responses", "ResponsesConnection"),
    ("openai.resources.beta.realtime.realtime", "RealtimeConnection"),
)
CONNECTIONS = [
    Method(module, f"{kind}{name}", "__init__", optional=True)
    for module, name in _CONNECTIONS
    for kind in ("", "Async")
]
"""The constructors of the client's connections, in all its versions."""


class SocketWrapper:
    """What wrapt calls in place of the constructor of the client's connections."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self.active = True
        """Off once uninstrumented, for connections that go on."""

    def switch_off(self) -> None:
        """Begin no further call, over connections that go on either."""
        self.active = False

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Make the client's object for a connection, and follow what passes that."""
        del instance
        connection = args[0] if args else kwargs.get("connection")
        if not self.active or connection is None or "recv" in vars(connection):
            return wrapped(*args, **kwargs)
        try:
            abandoned.watch()
            session = self._session(connection)
            listen(connection, session)
            make = kwargs.get("make_ws")
            if make is not None:
                kwargs = {**kwargs, "make_ws": _followed(make, session)}
        except Exception as error:  # noqa: BLE001 - the application gets its connection in any case
            report(error, "following a websocket")
        return wrapped(*args, **kwargs)

    def _session(self, connection: Any) -> Session:
        """What a connection is for, by its address: the responses API or realtime."""
        peer, path, query = address_of(connection)
        if path.rstrip("/").endswith("/responses"):
            return Session(self, self._telemetry, ResponsesSocketAdapter(), peer)
        named = parse_qs(query)
        model = next(iter((*named.get("model", ()), *named.get("deployment", ()))), None)
        return RealtimeSession(self, self._telemetry, RealtimeAdapter(), peer, model)


def _followed(make: Callable[..., Any], session: Session) -> Callable[..., Any]:
    """What makes the client a new connection in the place of a broken one, which goes on with the session."""

    def made(*args: Any, **kwargs: Any) -> Any:
        connection = make(*args, **kwargs)
        return _awaited(connection, session) if isawaitable(connection) else _heard(connection, session)

    return made


async def _awaited(connecting: Any, session: Session) -> Any:
    return _heard(await connecting, session)


def _heard(connection: Any, session: Session) -> Any:
    try:
        listen(connection, session)
    except Exception as error:  # noqa: BLE001 - likewise
        report(error, "following a websocket")
    return connection
