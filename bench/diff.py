"""What ``diff`` takes for two versions of a repository of 10,000 files, of which 1,000 differ.

A third of those are committed, a third changed since, a third untracked: what ``git diff`` between two commits takes
for the same content, in the same run, is the measure. Seconds are CPU seconds of this process and of git's.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from verspan.diffing.comparing import compare
from verspan.diffing.model import Side, VersionDiff
from verspan.diffing.rendering.html import rendered_html
from verspan.diffing.rendering.markdown import rendered_markdown
from verspan.diffing.sides import Subject
from verspan.versions.capture.code import read_code

FILES = 10_000
CHANGED = 1_000
LINES = 60
FOLDERS = 200
IDENTITY = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")


class Repository:
    """A repository of many small modules."""

    def __init__(self, root: Path, files: int) -> None:
        self.root = root
        self._random = random.Random(1)  # noqa: S311 - the same repository in every run
        self.paths = [root / f"pkg{number % FOLDERS:03}" / f"module{number}.py" for number in range(files)]
        self.git("init", "--quiet")
        for path in self.paths:
            path.parent.mkdir(exist_ok=True)
            path.write_text(self._module(), encoding="utf-8")
        self.commit()

    def git(self, *arguments: str) -> bytes:
        """Run git."""
        command = ["git", *IDENTITY, *arguments]
        return subprocess.run(command, cwd=self.root, check=True, capture_output=True).stdout

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=Go on")

    def change(self, paths: list[Path]) -> None:
        """Change two lines of each file."""
        for path in paths:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            for number in self._random.sample(range(len(lines)), 2):
                lines[number] = f"value = {self._random.random()}\n"
            path.write_text("".join(lines), encoding="utf-8")

    def add(self, count: int) -> None:
        """Add files."""
        for number in range(count):
            (self.root / f"new{number}.py").write_text(self._module(), encoding="utf-8")

    def _module(self) -> str:
        return "".join(f"value{number} = {self._random.random()}\n" for number in range(LINES))


def cpu_seconds() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measured(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median CPU seconds and median seconds of some work."""
    spent, passed = [], []
    for _ in range(rounds):
        cpu, now = cpu_seconds(), time.perf_counter()
        work()
        spent.append(cpu_seconds() - cpu)
        passed.append(time.perf_counter() - now)
    return statistics.median(spent), statistics.median(passed)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--changed", type=int, default=CHANGED)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        _measure(Repository(Path(folder), options.files), options.changed, options.rounds)


def _measure(repository: Repository, changed: int, rounds: int) -> None:
    third = changed // 3
    before = Subject(Side("before", None, None), read_code(repository.root, 1 << 30))
    repository.change(repository.paths[:third])
    repository.commit()
    repository.change(repository.paths[-third:])
    repository.add(changed - 2 * third)
    after = Subject(Side("after", None, None), read_code(repository.root, 1 << 30))

    def difference() -> VersionDiff:
        return compare(before, after, repository=repository.root)

    diff = difference()
    assert diff.code is not None
    assert len(diff.code.files) == changed
    base = before.code.commit if before.code else ""
    repository.commit()
    rows = {
        "git diff of two commits": lambda: repository.git("diff", "--patch", "--binary", f"{base}..HEAD"),
        "diff of two full states": difference,
        "as HTML": lambda: rendered_html(diff),
        "as Markdown": lambda: rendered_markdown(diff),
    }
    print(f"{len(repository.paths)} files, {changed} of them changed; medians of {rounds}")
    for name, work in rows.items():
        cpu, passed = measured(work, rounds)
        print(f"{name:26} {cpu * 1000:8.0f} ms CPU {passed * 1000:8.0f} ms")


if __name__ == "__main__":
    main()
