"""What instrumentation adds to a call: CPU over the same client bare, beside peers, in blocks that take turns."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from subjects import FLOOR, OURS, PEERS, SUBJECTS

_ROOT = Path(__file__).parents[1]
_WARM_UP = 3
_WHOLE_BLOCKS = 20


@dataclass
class Worker:
    """A subject's process and what its blocks cost, in nanoseconds of CPU per call."""

    name: str
    process: subprocess.Popen[str]
    cases: dict[str, int] = field(default_factory=dict)
    """What it can be measured with, and how often each is repeated in a block."""
    bare: dict[str, list[float]] = field(default_factory=dict)
    """Of the calling thread, the subject switched off."""
    added: dict[str, list[float]] = field(default_factory=dict)
    """What the subject adds to that, of each pair of blocks."""
    whole: dict[str, float] = field(default_factory=dict)
    """What it adds to the whole process, until background threads have caught up."""

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
        if "cases" not in hello:
            return None
        worker.cases = hello["cases"]
        return worker

    def read(self) -> dict[str, Any]:
        """The next answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the process that measures {self.name} has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, command: str, case: str, repetitions: int) -> dict[str, float]:
        """Tell the process something and wait for its answer."""
        assert self.process.stdin is not None
        print(json.dumps([command, case, repetitions]), file=self.process.stdin, flush=True)
        return self.read()

    def run(self, case: str) -> None:
        """Run a pair of blocks and keep what they cost."""
        costs = self.ask("pair", case, self.cases[case])
        self.bare.setdefault(case, []).append(costs["without"])
        self.added.setdefault(case, []).append(costs["with"] - costs["without"])

    def run_whole(self, case: str) -> None:
        """Keep what a longer run costs the whole process."""
        costs = self.ask("whole", case, _WHOLE_BLOCKS * self.cases[case])
        self.whole[case] = costs["with"] - costs["without"]

    def cell(self, case: str) -> str:
        """What the table says of a case."""
        if case not in self.cases:
            return "not traced"
        return f"{self.added_us(case):,.0f} ({self.whole[case] / 1000:,.0f})"

    def added_us(self, case: str) -> float:
        """The median of what it adds to the calling thread, in microseconds per call."""
        return statistics.median(self.added[case]) / 1000


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=60, help="pairs of blocks of each subject and case")
    parser.add_argument("--only", nargs="*", default=list(SUBJECTS), help="subjects to measure")
    parser.add_argument("--cases", nargs="*", help="cases to measure; all where none is named")
    options = parser.parse_args(arguments)
    workers = {name: worker for name in options.only if (worker := Worker.start(name)) is not None}
    for name in options.only:
        if name not in workers:
            print(f"{name}: not installed, not measured")
    if options.cases:
        for worker in workers.values():
            worker.cases = {case: worker.cases[case] for case in options.cases if case in worker.cases}
    for case in cases_of(workers):
        measure(case, [worker for worker in workers.values() if case in worker.cases], options.blocks)
    for worker in workers.values():
        worker.process.terminate()
        worker.process.wait()
    print_table(workers)


def measure(case: str, workers: Sequence[Worker], blocks: int) -> None:
    """Run a case on every subject, a pair of blocks of each in turn."""
    for worker in workers:
        worker.ask("pair", case, _WARM_UP * worker.cases[case])
    for _ in range(blocks):
        for worker in workers:
            worker.run(case)
    for worker in workers:
        worker.run_whole(case)


def cases_of(workers: dict[str, Worker]) -> list[str]:
    """All cases that any of the subjects can be measured with, in order."""
    return list(dict.fromkeys(case for worker in workers.values() for case in worker.cases))


def print_table(workers: dict[str, Worker]) -> None:
    """The added CPU in µs per call: the caller's thread, in brackets with background work; ratios to ours below."""
    print("added CPU, µs per call: the caller's thread (with background threads); medians over pairs of blocks")
    print(_row("", [*workers, *_ratio_labels(workers)]))
    for case in cases_of(workers):
        cells = [worker.cell(case) for worker in workers.values()]
        print(_row(f"{case} (bare {_bare_us(workers, case):,.0f})", [*cells, *_ratios(workers, case)]))


def _bare_us(workers: dict[str, Worker], case: str) -> float:
    return statistics.median([cost for worker in workers.values() for cost in worker.bare.get(case, ())]) / 1000


_COMPARED = {"ours to the floor": [FLOOR], "to the best peer": list(PEERS)}


def _ratio_labels(workers: dict[str, Worker]) -> list[str]:
    return list(_COMPARED) if OURS in workers else []


def _ratios(workers: dict[str, Worker], case: str) -> list[str]:
    """What ours costs in multiples of others."""
    if OURS not in workers:
        return []
    found = []
    for names in _COMPARED.values():
        others = [workers[name].added_us(case) for name in names if name in workers and case in workers[name].cases]
        found.append(f"{workers[OURS].added_us(case) / min(others):.2f}" if others else "")
    return found


def _row(label: str, cells: Sequence[str]) -> str:
    return "  ".join([label.ljust(40), *(cell.rjust(18) for cell in cells)])


if __name__ == "__main__":
    main()
