"""A package behind `verspan serve`, and its clients."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from tests.e2e.servers import LOOPBACK, free_ports, wait_until
from tests.processes import clean_environment

JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Served:
    """A package that is served."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.address = f"http://{LOOPBACK}:{port}"
        self.port = port
        self.log = log

    def get(self, path: str) -> Answer:
        """What a GET answers."""
        return self.ask("GET", path)

    def call(self, inputs: Any, headers: Mapping[str, str] | None = None, **params: Any) -> Answer:
        """What a call of the entry point answers."""
        body = json.dumps({"inputs": inputs, **({"params": params} if params else {})}).encode()
        return self.ask("POST", "/invocations", body, {**JSON, **(headers or {})})

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """What a request answers, whatever its status; no proxy is asked."""
        request = urllib.request.Request(self.address + path, body, dict(headers or {}), method=method)  # noqa: S310 - our own server
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def stop(self) -> int:
        """Ask it to end; returns its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextmanager
def served(
    reference: str | Path, folder: Path, *options: str, seconds: float = 60, **variables: str
) -> Iterator[Served]:
    """Serve a package on a free port, in a process that works in a folder, while the block lasts."""
    [port] = free_ports(1)
    command = [sys.executable, "-m", "verspan.cli", "serve", str(reference), "--port", str(port), *options]
    log = folder / "serve.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, env=clean_environment(**variables), stdout=said, stderr=said)
    served = Served(process, port, log)
    try:
        wait_until(lambda: _is_ready(served), "the package to be served", seconds=seconds)
        yield served
    finally:
        served.stop()


def _is_ready(served: Served) -> bool:
    assert served.process.poll() is None, served.log.read_text(encoding="utf-8")
    try:
        return served.get("/health").status == 200
    except (urllib.error.URLError, ConnectionError):
        return False
