"""A server that judges in the shape of the chat completions API, and a client of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import openai
import pytest
from tests.evaluation.conftest import captured, store

__all__ = ["captured", "store"]  # fixtures of evaluations, for these tests too

Answering = Callable[[Mapping[str, Any]], "str | Mapping[str, Any]"]


def judgement(value: Any, rationale: str = "because") -> str:
    """What a model answers that does what it is asked."""
    return json.dumps({"rationale": rationale, "value": value})


class JudgeServer(ThreadingHTTPServer):
    """Answers chat completions by a function of the request; a hold is kept until the server is released."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answering: Answering = lambda _request: judgement(value=True)
        self.requests: list[dict[str, Any]] = []
        self.status = 200
        self.released = threading.Event()
        self.holds = False

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    """A call."""

    server: JudgeServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append(request)
        if self.server.holds:
            self.server.released.wait(60)
            return  # whoever asked is gone
        if self.server.status != 200:
            self._send({"error": {"message": "slow down", "type": "requests", "code": None}})
            return
        said = self.server.answering(request)
        message = {"role": "assistant", "content": said, "refusal": None} if isinstance(said, str) else dict(said)
        self._send(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": "gpt-4o-mini-2024-07-18",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
                "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
            }
        )

    def _send(self, content: Mapping[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(self.server.status)
        for name, value in {"content-type": "application/json", "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        """Keep quiet."""


@pytest.fixture(autouse=True)
def _captured(captured: object) -> None:
    """No judge of a test leaves its spans anywhere else."""


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    """A judging server on a port of its own."""
    with JudgeServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def client(server: JudgeServer) -> Iterator[openai.OpenAI]:
    """A client of it that does not try again."""
    with openai.OpenAI(base_url=server.base_url, api_key="demo", max_retries=0) as client:
        yield client
