"""Reading the state of the code in a repository of 10,000 files, in milliseconds; and recreating it.

    python bench/capture.py [FILES]

`waited` is what passes until the state is read, `own CPU` what this process's processor does, `git CPU` what git's
processes do, beside each other. The best of ten times, since others use the machine too.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from verspan.recreating.code import recreate_tree
from verspan.versions.capture.code import read_code

FILES = 10_000
ROUNDS = 10
CAP = 10 * 2**20
IDENTITY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    files = int(arguments[0]) if arguments else FILES
    print(f"{f'{files:,} files, ms':40} {'waited':>10} {'own CPU':>10} {'git CPU':>10}")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "app"
        fill(root, files)
        show("clean", lambda: read_code(root, CAP))
        (root / "new.py").write_text("print()\n")
        (root / "part0" / "module0.py").write_text("print(1)\n")
        show("one changed, one untracked", lambda: read_code(root, CAP))
        (root / ".gitattributes").write_text("* text=auto\n")
        show("likewise, with attributes for all", lambda: read_code(root, CAP))
        state = read_code(root, CAP)
        show("recreated", lambda: recreate_tree(state, [root], Path(name) / "again"), rounds=1)


def fill(root: Path, files: int) -> None:
    """Make a repository of small modules, a hundred in a folder, that git has looked at."""
    for number in range(files):
        place = root / f"part{number // 100}" / f"module{number}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"NUMBER = {number}\n" * 40)
    commands = (("init", "-q"), ("add", "."), (*IDENTITY, "commit", "-q", "-m", "Begin"), ("status", "--short"))
    for command in commands:
        subprocess.run(["git", *command], cwd=root, check=True)


def show(what: str, work: Callable[[], object], rounds: int = ROUNDS) -> None:
    """Measure and print one line."""
    waited, own, children = (min(each) for each in zip(*(_measured(work) for _ in range(rounds)), strict=True))
    print(f"{what:40} {waited:10.1f} {own:10.1f} {children:10.1f}")


def _measured(work: Callable[[], object]) -> tuple[float, float, float]:
    begin, own, children = time.perf_counter(), time.process_time(), _children_s()
    work()
    spent = (time.perf_counter() - begin, time.process_time() - own, _children_s() - children)
    waited, of_own, of_children = (seconds * 1000 for seconds in spent)
    return waited, of_own, of_children


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
