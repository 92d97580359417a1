"""What an evaluation of 10,000 rows adds to the calls that it makes, and what becomes of it where things go wrong.

    python bench/evaluation.py [ROWS]

A server of its own process answers after 20 ms; 64 rows are under way at a time. Beside the evaluation stands a bare
event loop that makes the same calls by the same function. Time and memory are of a process of its own for each. The
evaluation has one scorer, a trace for each row, and keeps everything in a store. Then one is ended by ``kill -9``
half-way, with four rows under way at a time, and asked for again. Last, one whose server answers 429 every other
time, one row in a hundred of which hangs, and one scorer of which fails for one in a hundred.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROWS = 10_000
CONCURRENCY = 64
CALM = 4
"""As many at a time as leave no answer waiting to be read."""
_SERVER = Path(__file__).with_name("evaluation_server.py")


class ServerError(Exception):
    """A refusal, as clients of models have it."""

    def __init__(self, status_code: int) -> None:
        super().__init__(f"status {status_code}")
        self.status_code = status_code
        self.headers = {"retry-after": "0"}


class Client:
    """Asks over connections that it keeps."""

    def __init__(self, port: int, how: str = "") -> None:
        self._port = port
        self._how = how
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def answer(self, question: str) -> str:
        """Ask one question."""
        hangs = self._how == "faults" and question.endswith("07")
        how = "?hang" if hangs else "?refuse" if self._how == "faults" else ""
        reader, writer = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(f"GET /ask/{question}{how} HTTP/1.1\r\n\r\n".encode())
        status = int((await reader.readline()).split()[1])
        length = 0
        while header := (await reader.readline()).strip():
            name, _, value = header.partition(b":")
            length = int(value) if name == b"content-length" else length
        text = (await reader.readexactly(length)).decode()
        self._free.append((reader, writer))
        if status != 200:
            raise ServerError(status)
        return text


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    rows = int(arguments[0]) if arguments else ROWS
    bare, evaluated = (_part(part, rows) for part in ("bare", "evaluate"))
    print(f"{rows:,} rows, 20 ms each, {CONCURRENCY} at a time")
    print(f"{'':24} {'wall, s':>8} {'CPU, s':>8} {'per row, µs':>12} {'resident, MiB':>14}")
    for name, found in (("bare event loop", bare), ("verspan.evaluate", evaluated)):
        per_row = found["cpu_s"] / rows * 1e6
        print(f"{name:24} {found['wall_s']:8.2f} {found['cpu_s']:8.2f} {per_row:12.0f} {found['resident_mib']:14.1f}")
    print()
    print(_killed(rows // 4))
    print(_with_faults(rows // 10))


def _part(part: str, rows: int) -> dict[str, Any]:
    """What one part came to, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="verspan-bench-") as folder, _serving() as port:
        done = subprocess.run(_command(part, port, rows, folder), capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def _killed(rows: int) -> str:
    with tempfile.TemporaryDirectory(prefix="verspan-bench-") as folder, _serving() as port:
        command = _command("calmly", port, rows, folder)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as killed:
            while sum((earlier := _counts(port)["answered"]).values()) < rows // 2:
                time.sleep(0.01)
            killed.send_signal(signal.SIGKILL)
        before = _counts(port)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found, after = json.loads(done.stdout.splitlines()[-1]), _counts(port)
    again = [question for question in before["asked"] if after["asked"][question] > before["asked"][question]]
    answered = sum(question in earlier for question in again)
    return (
        f"killed after {sum(earlier.values()):,} answers and resumed: {found['status']}, {found['answered']:,} rows "
        f"answered; {len(again)} that were under way were asked again, and {answered} that had been answered"
    )


def _with_faults(rows: int) -> str:
    found = _part("faults", rows)
    return (
        f"{rows:,} rows, 429 every other time, 1 % hanging, a judge failing for 1 %: {found['status']}, "
        f"{found['answered']:,} answered, failures {found['failures']}, judge failed {found['judge_failed']}, "
        f"calls {found['attempts']:,}"
    )


@contextmanager
def _serving() -> Iterator[int]:
    with subprocess.Popen([sys.executable, _SERVER], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield int(server.stdout.readline())  # type: ignore[union-attr]  # it is a pipe
        finally:
            server.kill()


def _counts(port: int) -> dict[str, dict[str, int]]:
    with urlopen(f"http://127.0.0.1:{port}/counts") as response:
        found: dict[str, dict[str, int]] = json.load(response)
        return found


def _command(part: str, port: int, rows: int, folder: str) -> list[str]:
    return [sys.executable, __file__, "--part", part, str(port), str(rows), str(Path(folder, "store.db"))]


def _work(part: str, port: int, rows: int, store: str) -> None:
    """One part, in this process; prints what it came to."""
    before = _resident_mib()
    if part != "bare":
        import_module("verspan.evaluation.running")  # what is loaded is not what grows
        before = _resident_mib()
    wall, cpu = time.perf_counter(), time.process_time()
    told = _bare(port, rows) if part == "bare" else _evaluated(part, port, rows, store)
    figures = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    print(json.dumps({**told, **figures, "resident_mib": _resident_mib() - before}))


def _bare(port: int, rows: int) -> dict[str, Any]:
    async def work(client: Client, questions: Iterator[str]) -> int:
        return len([await client.answer(question) for question in questions])

    async def run() -> int:
        client, questions = Client(port), (f"q{number}" for number in range(rows))
        return sum(await asyncio.gather(*(work(client, questions) for _ in range(CONCURRENCY))))

    return {"answered": asyncio.run(run())}


def _evaluated(part: str, port: int, rows: int, store: str) -> dict[str, Any]:
    import verspan

    @verspan.scorer
    def shouts(inputs: dict[str, str], outputs: str) -> bool:
        if part == "faults" and inputs["question"].endswith("11"):
            raise ValueError("the judge is ill")
        return outputs.isupper()

    verspan.configure(store=store)
    data = [{"row_id": f"q{number}", "inputs": {"question": f"q{number}"}} for number in range(rows)]
    client, concurrency = Client(port, part), CALM if part == "calmly" else CONCURRENCY
    limits: dict[str, Any] = {"timeout_s": 2.0, "retries": 3} if part == "faults" else {}
    result = verspan.evaluate(data, client.answer, [shouts], "bench-1", concurrency=concurrency, **limits)
    failures = [row.failure.error_type for row in result.failures if row.failure is not None]
    return {
        "status": result.run.status.value,
        "answered": len(result.rows) - len(failures),
        "failures": {kind: failures.count(kind) for kind in sorted(set(failures))},
        "judge_failed": result.aggregates[0].failures,
        "attempts": sum(row.attempts for row in result.rows),
    }


def _resident_mib() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("RssAnon:"))) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        _work(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    else:
        main(sys.argv[1:])
