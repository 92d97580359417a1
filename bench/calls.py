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
# A block is over before the first batch of its spans is written. What the writing costs is measured too, after the
# block; it does not slow the calling thread's core meanwhile, as it would not where a model takes its time to answer.
_REPETITIONS = {
    "chat small": 120,
    "30 kB history + 5 tools": 15,
    "stream of 200 chunks": 8,
    "50 concurrent async": 2,
}


@dataclass
class Worker:
    """A subject's process and what its blocks cost, in nanoseconds of CPU per call."""

    name: str
    process: subprocess.Popen[str]
    thread: dict[str, list[float]] = field(default_factory=dict)
    whole: dict[str, list[float]] = field(default_factory=dict)

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

    def run(self, case: str, repetitions: int, *, keep: bool) -> None:
        """Run a block and keep what it cost."""
        assert self.process.stdin is not None
        print(json.dumps([case, repetitions]), file=self.process.stdin, flush=True)
        cost = self.read()
        if keep:
            self.thread.setdefault(case, []).append(cost["thread"])
            self.whole.setdefault(case, []).append(cost["process"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=12, help="interleaved blocks of each subject and case")
    parser.add_argument("--only", nargs="*", default=list(SUBJECTS), help="subjects to measure, beside the bare client")
    options = parser.parse_args(arguments)
    names = [name for name in SUBJECTS if name == BARE or name in options.only]
    workers = {name: worker for name in names if (worker := Worker.start(name)) is not None}
    for name in names:
        if name not in workers:
            print(f"{name}: not installed, not measured")
    for block in range(options.blocks + 1):
        for case, repetitions in _REPETITIONS.items():
            for worker in workers.values():
                worker.run(case, repetitions, keep=block > 0)  # the first block warms up
    for worker in workers.values():
        worker.process.terminate()
        worker.process.wait()
    print_table(workers)


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
    pairs = zip(worker.whole[case], workers[BARE].whole[case], strict=True)
    return statistics.median(cost - plain for cost, plain in pairs) / 1000


if __name__ == "__main__":
    main()
