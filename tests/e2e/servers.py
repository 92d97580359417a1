"""Servers in processes of their own: started on free ports of this machine, waited for, and stopped by their ids."""

from __future__ import annotations

import random
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from typing_extensions import Self

LOOPBACK = "127.0.0.1"
_FREE_PORTS = range(15_000, 32_000)
"""Below those that the system gives to whoever asks for any, so that none is taken in between."""
_START_S = 30.0
_STOP_S = 10.0
_POLL_S = 0.02
_LAST_LINES = 40

_T = TypeVar("_T")


class NotInTimeError(AssertionError):
    """What was waited for did not come."""


class Server:
    """A server that runs while the ``with`` block lasts.

    Args:
        command: starts it.
        environment: all of its environment.
        health: answers by 200 over HTTP once it is ready.
        log: the file that gets what it says.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], health: str, log: Path) -> None:
        self._command = command
        self._environment = environment
        self._health = health
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            wait_until(self._is_ready, f"{self._command[0]} to start", seconds=_START_S)
        except BaseException as error:
            self.kill()
            raise NotInTimeError(f"{error}\n{self.last_lines()}") from error

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """End it as a crash would: it learns nothing of it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wait(self) -> None:
        """Wait until it ends by itself."""
        if self._process is not None:
            self._process.wait()

    def last_lines(self) -> str:
        """The end of what it said."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LAST_LINES:])

    def _is_ready(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise NotInTimeError(f"{self._command[0]} ended when it was started")
        try:
            read(self._health)
        except (urllib.error.URLError, ConnectionError):
            return False
        return True


def read(address: str) -> bytes:
    """What a server on this machine answers; a proxy that the network needs is not asked."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address) as answer:
        content: bytes = answer.read()
    return content


def wait_until(ask: Callable[[], _T | None], what: str, *, seconds: float = 20.0) -> _T:
    """Ask until the answer is something, and return it.

    Args:
        ask: is asked again and again.
        what: what is waited for, for the failure's message.
        seconds: the deadline.

    Raises:
        NotInTimeError: the deadline has passed.
    """
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise NotInTimeError(f"waited {seconds:.0f} seconds for {what}")
        pause.wait(_POLL_S)
    return answer


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nothing listens on."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice(_FREE_PORTS)  # noqa: S311 - spread, so that processes that choose at a time seldom meet
        with closing(socket.socket()) as probe:
            if port not in found and probe.connect_ex((LOOPBACK, port)):
                found.append(port)
    return found
