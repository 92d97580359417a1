"""A local websocket server that plays scripts of our own, in the shape of the API's events."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import Self
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from .interactions import CORPUS

Event = dict[str, Any]
DROP: Event = {"drops": True}
"""A step of a script: the connection breaks without a word."""
WAIT: Event = {"waits": True}
"""A step of a script: the server says no more and waits for the client to close."""


@dataclass(frozen=True)
class Script:
    """What a server says over one connection, and what it waits for."""

    path: str
    steps: Sequence[Mapping[str, Any]]

    def then(self, *steps: Mapping[str, Any]) -> Script:
        """The same, and more."""
        return Script(self.path, [*self.steps, *steps])

    @property
    def said(self) -> list[Event]:
        """Every event that the server says, in order."""
        return [step["says"] for step in self.steps if "says" in step]


def scripts() -> dict[str, Script]:
    """The scripts of the corpus by name."""
    found = json.loads((CORPUS / "sockets.json").read_text("utf-8"))
    return {name: Script(case["path"], case["script"]) for name, case in found.items()}


@dataclass
class SocketServer:
    """Plays scripts, one for each connection, in order; for a ``with`` block."""

    pending: deque[Script]
    received: list[Event] = field(default_factory=list)
    """What clients have sent, of which bytes are events in JSON."""
    paths: list[str] = field(default_factory=list)
    _server: Server = field(init=False)
    _thread: threading.Thread = field(init=False)

    @classmethod
    def playing(cls, scripts: Iterable[Script]) -> Self:
        """A server of these scripts."""
        return cls(deque(scripts))

    def __enter__(self) -> Self:
        self._server = serve(self._play, "127.0.0.1", 0)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.shutdown()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.socket.getsockname()[1])

    def _play(self, connection: ServerConnection) -> None:
        script = self.pending.popleft()
        self.paths.append(connection.request.path if connection.request else "")
        try:
            for step in script.steps:
                self._take_step(connection, step)
        except ConnectionClosed:
            pass

    def _take_step(self, connection: ServerConnection, step: Mapping[str, Any]) -> None:
        if "says" in step:
            connection.send(json.dumps(step["says"]))
        elif "hears" in step:
            self._wait_for(connection, step["hears"])
        elif step is WAIT:
            self._wait_for(connection, None)
        else:
            connection.socket.shutdown(2)

    def _wait_for(self, connection: ServerConnection, kind: str | None) -> None:
        while True:
            self.received.append(json.loads(connection.recv()))
            if self.received[-1]["type"] == kind:
                return
