"""A model's API that says back what it was asked, so that a secret of the question is in every kind of answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class EchoApi:
    """Chat completions on a free port of this machine."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = asked["messages"][-1]["content"]
        if asked["model"] == "refusing":
            self._answer(400, {"error": {"message": f"I will not say {said}", "type": "invalid_request_error"}})
        elif asked.get("stream"):
            self._stream(said)
        else:
            self._answer(200, _completion(asked, said))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _answer(self, status: int, body: Any) -> None:
        self._begin(status, "application/json")
        self.wfile.write(json.dumps(body).encode())

    def _stream(self, said: str) -> None:
        self._begin(200, "text/event-stream")
        for chunk in _chunks(said):
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def _begin(self, status: int, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()


def _completion(asked: dict[str, Any], said: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said}
    if asked.get("tools"):
        call = {"name": asked["tools"][0]["function"]["name"], "arguments": json.dumps({"said": said})}
        message = {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": call}]}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {"id": "c-1", "object": "chat.completion", "created": 1, "model": "echo", "choices": [choice]}


def _chunks(said: str) -> Iterator[dict[str, Any]]:
    """Three characters at a time, so that no chunk holds a whole secret."""
    for start in range(0, len(said), 3):
        choice = {"index": 0, "delta": {"role": "assistant", "content": said[start : start + 3]}, "finish_reason": None}
        yield {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "echo", "choices": [choice]}
