"""What instrumentation adds to a call: CPU over the bare client, beside peers, in interleaved blocks of one run."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from subjects import BARE, FLOOR, OURS, PEERS, SUBJECTS

_ROOT = Path(__file__).parents[1]
# Short, so that subjects take turns many times a second and meet the same noise.
_REPETITIONS = {
    "chat small": 30,
    "30 kB history + 5 tools": 4,
    "stream of 200 chunks": 2,
    "50 concurrent async": 1,
}
_CALLS_AT_ONCE = {"50 concurrent async": 50}
_WARM_UP = 3


@dataclass
class Worker:
    """A subject's process and what its blocks cost, in nanoseconds of CPU per call."""

    name: str
    process: subprocess.Popen[str]
    thread: dict[str, list[float]] = field(default_factory=dict)
    """Of the calling thread, a figure for each block."""
    whole: dict[str, float] = field(default_factory=dict)
    """Of the whole process, over all blocks."""

    @classmethod
    def start(cls, name: str) -> Worker | None:
        """Start a subject in its environment; None where it is not installed."""
        script = Path(__file__).with_name("worker.py")
        own = _ROOT / f".venv-bench-{name.replace('otel ', '')}" / "bin" / "python"
        process = subprocess.Popen(
            [str(own) if own.exists() else sys.executable, str(script), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        worker = cls(name, process)
        hello = worker.read()
        return worker if "cases" in hello else None

    def read(self) -> dict[str, float]:
        """The next answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the process that measures {self.name} has ended")
        answer: dict[str, float] = json.loads(line)
        return answer

    def ask(self, command: object) -> dict[str, float]:
        """Tell the process something and wait for its answer."""
        assert self.process.stdin is not None
        print(json.dumps(command), file=self.process.stdin, flush=True)
        return self.read()

    def run(self, case: str) -> None:
        """Run a block and keep what it cost."""
        self.thread.setdefault(case, []).append(self.ask([case, _REPETITIONS[case]])["thread"])

    def settle(self, case: str, blocks: int) -> None:
        """Keep what all blocks of a case cost the process, once its background threads are done."""
        calls = blocks * _REPETITIONS[case] * _CALLS_AT_ONCE.get(case, 1)
        self.whole[case] = self.ask("settle")["process"] / calls


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=60, help="interleaved blocks of each subject and case")
    parser.add_argument("--only", nargs="*", default=list(SUBJECTS), help="subjects to measure, beside the bare client")
    options = parser.parse_args(arguments)
    names = [name for name in SUBJECTS if name == BARE or name in options.only]
    workers = {name: worker for name in names if (worker := Worker.start(name)) is not None}
    for name in names:
        if name not in workers:
            print(f"{name}: not installed, not measured")
    for case in _REPETITIONS:
        measure(case, list(workers.values()), options.blocks)
    for worker in workers.values():
        worker.process.terminate()
        worker.process.wait()
    print_table(workers)


def measure(case: str, workers: Sequence[Worker], blocks: int) -> None:
    """Run a case on every subject, block by block in turn."""
    for worker in workers:
        worker.ask([case, _WARM_UP * _REPETITIONS[case]])
        worker.ask("settle")
    for _ in range(blocks):
        for worker in workers:
            worker.run(case)
    for worker in workers:
        worker.settle(case, blocks)


def print_table(workers: dict[str, Worker]) -> None:
    """The added CPU in µs per call: the caller's thread, in brackets with background work; ratios to ours below."""
    print("added CPU, µs per call: the caller's thread (with background threads); medians of interleaved blocks")
    header = [f"{case} (bare {statistics.median(workers[BARE].thread[case]) / 1000:,.0f})" for case in _REPETITIONS]
    print("  ".join(["subject".ljust(18), *(text.rjust(34) for text in header)]))
    for name, worker in workers.items():
        if name != BARE:
            cells = [
                f"{_added(workers, worker, case):,.0f} ({_added_whole(workers, worker, case):,.0f})"
                for case in _REPETITIONS
            ]
            print("  ".join([name.ljust(18), *(text.rjust(34) for text in cells)]))
    if OURS in workers:
        _print_ratios(workers)


def _print_ratios(workers: dict[str, Worker]) -> None:
    ours = workers[OURS]
    for label, names in (
        ("to the floor", [FLOOR]),
        ("to the best peer", list(PEERS)),
    ):
        present = [workers[name] for name in names if name in workers]
        if present:
            cells = [
                f"{_added(workers, ours, case) / min(_added(workers, other, case) for other in present):.2f}"
                for case in _REPETITIONS
            ]
            print("  ".join([f"ours {label}".ljust(18), *(text.rjust(34) for text in cells)]))


def _added(workers: dict[str, Worker], worker: Worker, case: str) -> float:
    pairs = zip(worker.thread[case], workers[BARE].thread[case], strict=True)
    return statistics.median(cost - plain for cost, plain in pairs) / 1000


def _added_whole(workers: dict[str, Worker], worker: Worker, case: str) -> float:
    return (worker.whole[case] - workers[BARE].whole[case]) / 1000


if __name__ == "__main__":
    main()
