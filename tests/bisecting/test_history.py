"""The history of real repositories, and checkouts of their commits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.bisecting.conftest import Repository

from verspan.bisecting.model import Commit
from verspan.bisecting.searching import Candidate
from verspan.bisecting.worktrees import PREFIX, checked_out, remove_leftovers
from verspan.errors import InvalidArgumentError

HOLDING = """
import sys
from pathlib import Path
from verspan.bisecting.worktrees import checked_out
with checked_out(Path(sys.argv[1]), "HEAD") as place:
    print(place, flush=True)
    sys.stdin.read()
"""


def test_line(repository: Repository) -> None:
    """On a line the commit in the middle comes first, and the bad one is among them."""
    commits = [repository.commit(f"Change {number}") for number in range(6)]
    found = repository.history.between([commits[0]], commits[5])
    assert {each.commit for each in found} == set(commits[1:])
    assert found[0].splits == 2
    assert found[0].commit in commits[2:4]
    assert repository.history.between([commits[4]], commits[5]) == [Candidate(commits[5], 0)]


def test_merge(repository: Repository) -> None:
    """Commits of a merged branch are among those that may be bad, and a good one rules out only what it comes from."""
    first = repository.commit("Begin")
    repository.git("switch", "--quiet", "--create", "branch")
    branch = [repository.commit(f"Branch {number}") for number in range(2)]
    repository.git("switch", "--quiet", "main")
    main = repository.commit("Main", app="x = 1\n")
    merge = repository.merge("branch")
    history = repository.history
    assert {each.commit for each in history.between([first], merge)} == {*branch, main, merge}
    assert {each.commit for each in history.between([first, branch[1]], merge)} == {main, merge}
    assert [each.subject for each in history.in_order([first, main], merge)] == ["Branch 0", "Branch 1", "Merge branch"]


def test_told(repository: Repository) -> None:
    """A commit is told with its subject, its author, when it was made, and what it changed."""
    repository.commit("Begin", app="x = 1\n")
    commit = repository.commit("Say more", app="x = 2\ny = 3\n")
    history = repository.history
    assert history.commit(commit) == Commit(commit, "Say more", "Somebody", "2026-01-01T00:00:00+00:00")
    assert history.stat(commit).splitlines()[0].split() == ["app.py", "|", "3", "++-"]
    repository.git("tag", "v1")
    assert (history.description(commit), history.resolved("v1")) == ("v1", commit)
    assert [history.resolved(each) for each in ("nothing", "--all", "HEAD:app.py")] == [None, None, None]


def test_order_of_ends(repository: Repository) -> None:
    """A good commit that the bad one does not come from is refused, with the commit to begin with instead."""
    first = repository.commit("Begin")
    repository.git("switch", "--quiet", "--create", "branch")
    aside = repository.commit("Aside")
    repository.git("switch", "--quiet", "main")
    last = repository.commit("Main")
    repository.history.check_ancestor(first, last)
    with pytest.raises(InvalidArgumentError, match=f"give their merge base {first}"):
        repository.history.check_ancestor(aside, last)
    with pytest.raises(InvalidArgumentError, match="they are the same commit"):
        repository.history.check_ancestor(last, last)


def test_checkout(repository: Repository) -> None:
    """A commit is there in a folder of the repository's name, no hook is run, and nothing is left of it."""
    commit = repository.commit("Begin", app="x = 1\n")
    repository.commit("Change", app="x = 2\n")
    hook = repository.folder / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    hook.chmod(0o755)
    (repository.folder / "new.py").write_text("", encoding="utf-8")
    before = repository.state()
    with checked_out(repository.folder, commit) as place:
        assert (place.name, (place / "app.py").read_text(encoding="utf-8")) == ("agent", "x = 1\n")
        (place / "made.txt").write_text("", encoding="utf-8")
        assert sorted(path.name for path in place.iterdir()) == [".git", "app.py", "made.txt"]
    assert not place.parent.exists()
    assert repository.state() == before


def test_leftovers(repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a killed bisection has left is removed by the next; what lives, and what is another's, stays."""
    repository.commit("Begin")
    repository.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "own"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = repository.state()
    command = [sys.executable, "-c", HOLDING, str(repository.folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    place = Path(process.stdout.readline().decode().strip())
    remove_leftovers(repository.folder)
    assert place.is_dir()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert place.parent.name.startswith(PREFIX)
    remove_leftovers(repository.folder)
    assert not place.parent.exists()
    assert repository.state() == before


def test_leftover_without_folder(repository: Repository, tmp_path: Path) -> None:
    """A leftover whose folder somebody has removed already is forgotten by git too."""
    repository.commit("Begin")
    before = repository.state()
    around = tmp_path / f"{PREFIX}gone"
    repository.git("worktree", "add", "--quiet", "--detach", str(around / "agent"))
    for path in sorted(around.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    around.rmdir()
    remove_leftovers(repository.folder)
    assert repository.state() == before
