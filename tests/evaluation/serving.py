"""A model behind HTTP, which refuses, hangs and counts."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.evaluation.test_retrying import APIStatusError

SECONDS = 60


class Model(ThreadingHTTPServer):
    """Answers a question in upper case, or refuses it the first time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.refusing = False
        self.holding: str | None = None
        """The question that is not answered until it is released."""
        self.answering = False
        """Whether it is answered then."""
        self.held = threading.Event()
        self.released = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def ask(self, question: str) -> int:
        """Which time it is asked."""
        with self._lock:
            self.asked[question] += 1
            return self.asked[question]

    def answer_to(self, question: str) -> str:
        """Ask it, as a client does."""
        connection = HTTPConnection("127.0.0.1", self.server_port)
        with closing(connection):
            connection.request("GET", f"/{question}")
            response = connection.getresponse()
            text = response.read().decode()
            if response.status != HTTPStatus.OK:
                raise APIStatusError(response.status, dict(response.headers))
            return text

    def answer(self, question: str) -> None:
        with self._lock:
            self.answered[question] += 1


class Handler(BaseHTTPRequestHandler):
    """A call."""

    server: Model

    def do_GET(self) -> None:
        question = self.path.strip("/")
        time = self.server.ask(question)
        if self.server.refusing and time % 2:
            self._send(429, b"later", {"Retry-After": "0"})
            return
        if self.server.holding == question:
            self.server.held.set()
            self.server.released.wait(SECONDS)
            if not self.server.answering:
                return  # whoever asked is gone
        self.server.answer(question)
        self._send(200, question.upper().encode(), {})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[Model]:
    """A model on a port of its own."""
    with Model() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()
