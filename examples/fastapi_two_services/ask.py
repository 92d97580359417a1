"""Starts both services, asks a question, and says how to look at the one trace that it made.

To run them yourself: ``uvicorn back:app --port 8001`` and ``uvicorn front:app --port 8000``, each in this folder.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

HERE = Path(__file__).parent


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("localhost", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def serving(module: str, **variables: str) -> Iterator[str]:
    """One of the services, in a process of its own, while the block lasts; gives its address."""
    port = free_port()
    environment = {**os.environ, "OTEL_PYTHON_FASTAPI_EXCLUDED_URLS": "health", **variables}
    command = [sys.executable, "-m", "uvicorn", f"{module}:app", f"--port={port}", "--log-level=warning"]
    process = subprocess.Popen([*command, f"--app-dir={HERE}"], env=environment)  # noqa: S603 - both are beside this file
    try:
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


with ExitStack() as services:
    back = services.enter_context(serving("back"))
    front = services.enter_context(serving("front", BACK_URL=back))
    client = services.enter_context(httpx.Client(transport=httpx.HTTPTransport(retries=6), timeout=60))
    for service in (back, front):
        client.get(f"{service}/health")  # tried again until somebody answers
    reply = client.get(f"{front}/chat", params={"question": "Where is my parcel?", "session": "s-1"})
    print(reply.json())

print("verspan traces --session s-1")
