"""A local HTTP server that answers with recorded interactions over the real transport."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.recordings.interactions import Interaction
from typing_extensions import Self

_HOP_BY_HOP = {"transfer-encoding", "connection", "content-length"}


@dataclass(frozen=True)
class Received:
    """A request as it reached the server."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's JSON."""
        return json.loads(self.body)


@dataclass
class Mount:
    """What is answered under an address of its own."""

    url: str
    answer: Callable[[Received], Interaction | None]
    received: list[Received] = field(default_factory=list)


class ReplayServer:
    """Answers requests with recorded interactions; for a ``with`` block."""

    def __init__(self) -> None:
        self._mounts: dict[str, Mount] = {}
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.mounts = self._mounts
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._http.server_address[1])

    def mount(self, interactions: Iterable[Interaction]) -> Mount:
        """Serve interactions in order, each once, under an address of their own."""
        pending = deque(interactions)
        return self.serve(lambda asked: pending.popleft() if pending and pending[0].path == asked.path else None)

    def serve(self, answer: Callable[[Received], Interaction | None]) -> Mount:
        """Serve what a function says, under an address of its own."""
        name = f"m{len(self._mounts)}"
        mount = self._mounts[name] = Mount(f"http://127.0.0.1:{self.port}/{name}", answer)
        return mount


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    mounts: Mapping[str, Mount]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or a body waits 40 ms for its headers to be acknowledged
    server: _Server

    def do_GET(self) -> None:
        """Answer like any other request."""
        self.do_POST()

    def do_DELETE(self) -> None:
        """Answer like any other request."""
        self.do_POST()

    def do_POST(self) -> None:
        """Answer with the next interaction of the mount that the path names."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        _, name, path = urlsplit(self.path).path.split("/", 2)
        mount = self.server.mounts[name]
        mount.received.append(_received(f"/{path}", dict(self.headers.items()), body))
        found = mount.answer(mount.received[-1])
        if found is None:
            self._answer(599, {}, f"nothing recorded for /{path}".encode())
        else:
            self._answer(found.status, found.headers, found.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing: the tests say what went wrong."""

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _received(path: str, headers: Mapping[str, str], body: bytes) -> Received:
    """A request, without the boundary that a form has anew each time."""
    boundary = headers.get("Content-Type", headers.get("content-type", "")).partition("boundary=")[2]
    if not boundary:
        return Received(path, headers, body)
    plain = {name: value.replace(boundary, "boundary") for name, value in headers.items()}
    return Received(path, plain, body.replace(boundary.encode(), b"boundary"))
