"""A local server that answers as the chat completions API does: same shapes, real HTTP, no key that costs anything.

It serves ``POST /v1/chat/completions`` and ``GET /v1/models`` on the loopback address, from the corpus that comes with
the package. Any key is accepted. A request with the header ``x-demo-error: 429`` (or 400, 401, 404, 500) is answered
with that error.

``python -m verspan.demo.api_server`` serves until it is interrupted, for trying things by hand.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import socket
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType, TracebackType
from typing import Any

from typing_extensions import Self

from verspan.demo import wire
from verspan.demo.api_errors import ApiError, error_on_demand, missing_key, unknown_url
from verspan.demo.chat_reply import reply_to
from verspan.demo.chat_request import read_chat_request

ERROR_HEADER = "x-demo-error"

_LOOPBACK = "127.0.0.1"
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_STOP_POLL_S = 0.01


class DemoApi:
    """The server, running in threads of this process while the ``with`` block lasts.

    ::

        with DemoApi() as api:
            client = openai.OpenAI(base_url=api.base_url, api_key="demo")

    It listens on any port that is free.
    """

    def __init__(self) -> None:
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """What a client takes for its ``base_url``, or from ``OPENAI_BASE_URL``."""
        if self._server is None:
            raise RuntimeError("the server has an address while its `with` block runs, and not before or after")
        return f"http://{_LOOPBACK}:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._server = _Server((_LOOPBACK, 0), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_STOP_POLL_S,), name="demo-api")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server is not None and thread is not None:
            server.shutdown()
            server.hang_up()
            server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    """A thread a connection, and a way to end those that clients keep open for their next request."""

    # Threads are waited for when the server closes, so that none outlives it with its socket.
    daemon_threads = False
    # How many callers may knock at the same moment; of more than the usual five, some would be turned away.
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.serial = itertools.count(1)
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it lasts."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection with its end."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that are still open."""
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):  # the client was quicker
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what went wrong in the server; a client that hangs up in the middle of a reply is within its rights."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"  # connections are kept open, and streams come in chunks, as with the real API
    wbufsize = -1  # headers and body leave in one packet; streams flush each chunk
    disable_nagle_algorithm = True  # or a stream's small chunks would wait for the client's delayed ACKs

    def do_GET(self) -> None:
        self._answer({"/v1/models": self._models})

    def do_POST(self) -> None:
        self._answer({"/v1/chat/completions": self._chat_completion})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server has
        """Keep quiet: the terminal belongs to whoever runs the demo."""

    def _answer(self, routes: Mapping[str, Any]) -> None:
        self._started = time.perf_counter()
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            self._check()
            route = routes.get(self.path.partition("?")[0])
            if route is None:
                raise unknown_url(self.command, self.path)
            route(body)
        except ApiError as error:
            self._send_json(error.body(), error.status, error.headers)

    def _check(self) -> None:
        if not self.headers.get("authorization", "").removeprefix("Bearer").strip():
            raise missing_key()
        demanded = self.headers.get(ERROR_HEADER)
        if demanded:
            raise error_on_demand(demanded)

    def _models(self, _body: bytes) -> None:
        self._send_json(wire.model_list())

    def _chat_completion(self, body: bytes) -> None:
        request = read_chat_request(body)
        reply = reply_to(request)
        reply_id = f"chatcmpl-{self._unique(body)[:29]}"
        time.sleep(reply.latency_ms / 1000)
        if request.stream:
            self._send_events(wire.chunks(reply, reply_id, include_usage=request.include_usage))
        else:
            self._send_json(wire.completion(reply, reply_id))

    def _send_json(
        self, content: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] = _NO_HEADERS
    ) -> None:
        body = json.dumps(content).encode()
        self._send_headers(status, {"content-type": "application/json", "content-length": str(len(body)), **headers})
        self.wfile.write(body)

    def _send_events(self, contents: Iterable[Mapping[str, Any]]) -> None:
        headers = {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"}
        self._send_headers(HTTPStatus.OK, headers)
        for content in contents:
            self._send_chunk(f"data: {json.dumps(content)}\n\n".encode())
        self._send_chunk(b"data: [DONE]\n\n")
        self._send_chunk(b"")

    def _send_chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _send_headers(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        spent_ms = (time.perf_counter() - self._started) * 1000
        identity = {"x-request-id": f"req_{self._unique()[:32]}", "openai-processing-ms": f"{spent_ms:.0f}"}
        for name, value in {**headers, **identity, "openai-version": "2020-10-01"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _unique(self, seed: bytes = b"") -> str:
        """An id that no other reply of this server has."""
        return hashlib.sha256(b"%d:%s" % (next(self.server.serial), seed)).hexdigest()


def main() -> None:
    """Serve until interrupted, and say how to reach the server."""
    with DemoApi() as api, suppress(KeyboardInterrupt):
        print(f"export OPENAI_BASE_URL={api.base_url} OPENAI_API_KEY=demo", flush=True)  # noqa: T201 - its whole output
        threading.Event().wait()


if __name__ == "__main__":
    main()
