"""Services and applications that call them, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.processes import clean_environment

_ROOT = Path(__file__).parents[2]
_SECONDS = 60
_LEFT_OUT = (" http send", " http receive", "logged_model.registered")
STAMPED = ("logged_model.", "session.", "user.")


@dataclass(frozen=True)
class Made:
    """A span that a process has made: its place in the trace, and what Verspan put on it."""

    name: str
    kind: str
    parent: str | None
    """The name of its parent, in whichever process that is."""
    stamp: dict[str, str]


@dataclass
class Process:
    """A process that prints its spans at the end."""

    running: subprocess.Popen[str]
    lines: Sequence[str] = ()

    def end(self) -> None:
        """Let it end, which it does without a word on standard error."""
        output, log = self.running.communicate(timeout=_SECONDS)
        assert (self.running.returncode, log) == (0, ""), log
        self.lines = output.splitlines()

    @property
    def spans(self) -> list[dict[str, Any]]:
        """What it printed of its spans."""
        return [json.loads(line) for line in self.lines if line.startswith('{"name"')]

    @property
    def answers(self) -> list[dict[str, str]]:
        """What it printed of the answers it got."""
        return [json.loads(line) for line in self.lines if not line.startswith('{"name"')]


def started(module: str, *arguments: str, **variables: str) -> Process:
    """A process that runs one of the programs beside this file; its spans are stored nowhere."""
    environment = clean_environment(VERSPAN_EXPORTERS="none", **variables)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", f"tests.propagation.{module}", *arguments]
    return Process(subprocess.Popen(command, env=environment, cwd=_ROOT, text=True, **pipes))  # type: ignore[call-overload]  # the pipes are by name


@contextmanager
def service(kind: str, **variables: str) -> Iterator[tuple[Process, int]]:
    """A service that serves for the block, and its port; its spans are there afterwards."""
    process = started("serving", kind, **variables)
    assert process.running.stdout is not None
    port = process.running.stdout.readline()
    try:
        yield process, int(port or 0)
    finally:
        process.end()


def call(client: str, *urls: str, **variables: str) -> Process:
    """An application that calls these addresses one after the other."""
    process = started("calling", client, *urls, **variables)
    process.end()
    return process


def made(*processes: Process) -> list[Made]:
    """The spans of a trace over several processes, without those of each message of ASGI and of versions' records."""
    spans = [span for process in processes for span in process.spans if not span["name"].endswith(_LEFT_OUT)]
    names = {span["context"]["span_id"]: span["name"] for span in spans}
    return [
        Made(
            span["name"],
            span["kind"].removeprefix("SpanKind."),
            names.get(span["parent_id"], span["parent_id"]),
            {key: value for key, value in span["attributes"].items() if key.startswith(STAMPED)},
        )
        for span in spans
    ]


class _Echo(BaseHTTPRequestHandler):
    """Answers with the headers that came."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        """Keep quiet."""


@pytest.fixture(scope="session")
def echo() -> Iterator[int]:
    """The port of a server that knows nothing of traces, and answers with the headers that came."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of our own fails a test that runs in this process."""
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")
