"""A local server that answers as model providers do, and takes what the instrumentors send by OTLP."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ANSWERS: Mapping[str, Any] = json.loads((Path(__file__).parent / "answers.json").read_text("utf-8"))
"""Requests and what is answered to each, by the name of the case; all of it synthetic."""


class Server(ThreadingHTTPServer):
    """Answers requests of the present case, one after the other, and keeps what comes in by OTLP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.case = ""
        self.answered = 0
        self.received: list[tuple[str, bytes]] = []
        """Content type and body of every request to ``/v1/traces``."""

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def begin(self, case: str) -> None:
        """Answer for another case from now on."""
        self.case, self.answered = case, 0
        self.received.clear()


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self._body()
        if self.path.endswith("/v1/traces"):
            self.server.received.append((self.headers["content-type"], body))
            self._answer(200, "application/json", b"{}")
            return
        answer = ANSWERS[self.server.case]
        if "chunks" in answer:
            lines = [*(json.dumps(chunk) for chunk in answer["chunks"]), "[DONE]"]
            self._answer(200, "text/event-stream", "".join(f"data: {line}\n\n" for line in lines).encode())
            return
        responses = answer.get("responses") or [answer["response"]]
        response = responses[min(self.server.answered, len(responses) - 1)]
        self.server.answered += 1
        self._answer(answer.get("status", 200), "application/json", json.dumps(response).encode())

    def log_message(self, *_values: object) -> None:
        """Say nothing of requests."""

    def _body(self) -> bytes:
        length = self.headers["content-length"]
        body = b"".join(self._chunks()) if length is None else self.rfile.read(int(length))
        return gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[Server]:
    """A server on a port of its own."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
