"""Whether an application notices that its collector is down: how long calls take, and what it has in memory.

    python bench/outage.py [ROUNDS]

Four applications call their model, each in a process of its own and for a moment in turn, in an order that rotates.
They send spans, content included, to four collectors: one takes them, one's port is closed, one never answers, one
answers 503. A moment is longer than the delay after which spans are delivered, so delivering, and failing to, is part
of it. Prints the time that the caller waits for a call, its ratio to that of the collector that works, and how much
memory each application has before and after.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
from exporters.otlp.tests.receivers import Reply, receiving_http

ROUNDS = 7
CALLS = 500
_WORKER = Path(__file__).with_name("outage_worker.py")
_UP = "takes spans"


@contextmanager
def answering(reply: Reply) -> Iterator[str]:
    """The address of a collector that treats every request alike."""
    with receiving_http() as receiver:
        receiver.usual = reply
        yield receiver.endpoint


@contextmanager
def refusing() -> Iterator[str]:
    """An address at which nothing listens and nothing will."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


COLLECTORS: dict[str, Callable[[], AbstractContextManager[str]]] = {
    _UP: lambda: answering(Reply()),
    "refuses connections": refusing,
    "never answers": lambda: answering(Reply(silent=True)),
    "answers 503": lambda: answering(Reply(status=503)),
}


@dataclass
class Application:
    """A process, and what was seen of it."""

    process: subprocess.Popen[str]
    waits_ns: list[int] = field(default_factory=list)
    resident_kib: list[int] = field(default_factory=list)

    @classmethod
    def start(cls, endpoint: str, folder: Path) -> Application:
        """Start one that sends to a collector, and let it warm up."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "VERSPAN_"))}
        environment = {
            **inherited,
            "VERSPAN_STORE": str(folder / "unused.db"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
            "OTEL_METRICS_EXPORTER": "none",
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
        }
        command = [sys.executable, str(_WORKER)]
        pipe = subprocess.PIPE
        application = cls(subprocess.Popen(command, env=environment, text=True, stdin=pipe, stdout=pipe))
        application.call(CALLS)
        application.waits_ns.clear()
        return application

    def call(self, times: int) -> None:
        """Have it call its model, and keep what it says."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(times, file=self.process.stdin, flush=True)
        waits_ns, resident_kib = json.loads(self.process.stdout.readline())
        self.waits_ns += waits_ns
        self.resident_kib.append(resident_kib)

    def end(self) -> None:
        """End it as a crash would, since what it would still deliver is not measured."""
        self.process.kill()
        self.process.communicate()

    @property
    def median_us(self) -> float:
        """What a caller waits for a call, in microseconds."""
        return statistics.median(self.waits_ns) / 1000

    @property
    def p99_us(self) -> float:
        """What one caller in a hundred waits for at the least, in microseconds."""
        return statistics.quantiles(self.waits_ns, n=100)[-1] / 1000


def measured(rounds: int) -> dict[str, Application]:
    """Applications that have taken turns."""
    with ExitStack() as stack:
        applications = {}
        for name, collector in COLLECTORS.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="verspan-bench-")))
            applications[name] = Application.start(stack.enter_context(collector()), folder)
            stack.callback(applications[name].end)
        order = list(applications.values())
        for _ in range(rounds):
            for application in order:
                application.call(CALLS)
            order.append(order.pop(0))
    return applications


def print_table(applications: dict[str, Application]) -> None:
    """A line for each collector."""
    up = applications[_UP]
    calls = len(up.waits_ns)
    print(
        f"{f'the collector, {calls:,} calls each':34}{'median µs':>10}{'ratio':>7}{'p99 µs':>10}{'ratio':>7}{'MiB':>15}"
    )
    for name, application in applications.items():
        median, p99 = application.median_us, application.p99_us
        before, after = application.resident_kib[0] / 1024, application.resident_kib[-1] / 1024
        ratios = median / up.median_us, p99 / up.p99_us
        print(f"{name:34}{median:10.0f}{ratios[0]:7.2f}{p99:10.0f}{ratios[1]:7.2f}{before:8.0f} → {after:4.0f}")


def main(rounds: int = ROUNDS) -> None:
    """Measure and print."""
    print_table(measured(rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
