"""The demo's little git repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from verspan.demo.repository import VERSIONS, Repository
from verspan.errors import VerspanError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".verspan" / "demo"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=folder, text=True).strip()


def test_two_commits(folder: Path) -> None:
    """Each version is a commit of its own, and nothing is left uncommitted."""
    repository = Repository(folder)
    commits = [repository.check_in(version) for version in VERSIONS]
    assert repository.git_problem is None
    assert git(folder, "log", "--reverse", "--format=%h %s", "--abbrev=8").splitlines() == [
        f"{commits[0]} Answer customers",
        f"{commits[1]} Answer in two sentences, by a model that can answer at length",
    ]
    assert git(folder, "diff", "--name-only", *commits) == "settings.json"
    assert git(folder, "status", "--porcelain") == ""


def test_same_commits_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits, and with them the versions, are the same on any machine and in any hook."""
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text("[commit]\n\tgpgsign = true\n[core]\n\tautocrlf = true\n")
    first, second = (Repository(tmp_path / name / "demo").check_in(VERSIONS[0]) for name in ("one", "two"))
    assert first == second
    assert not (tmp_path / "elsewhere").exists()


def test_ignored(tmp_path: Path) -> None:
    """Inside somebody's repository the demo's is no untracked file."""
    git(tmp_path, "init", "--quiet")
    Repository(tmp_path / ".verspan" / "demo").check_in(VERSIONS[0])
    assert git(tmp_path, "status", "--porcelain") == ""


def test_made_anew(folder: Path) -> None:
    """A second demo replaces the first, store included."""
    Repository(folder).check_in(VERSIONS[0])
    (folder / ".verspan").mkdir()
    (folder / ".verspan" / "verspan.db").touch()
    Repository(folder).check_in(VERSIONS[0])
    assert sorted(path.name for path in folder.iterdir()) == [".git", "agent.py", "settings.json"]


@pytest.mark.parametrize("name", ["notes.txt", "agent.py"])
def test_nothing_of_yours(folder: Path, name: str) -> None:
    """A file that the demo did not write, or that was changed since, keeps the folder as it is."""
    Repository(folder).check_in(VERSIONS[0])
    (folder / name).write_text("mine")
    with pytest.raises(VerspanError, match=f"holds what the demo did not write: {name}"):
        Repository(folder)
    assert (folder / name).read_text() == "mine"


def test_foreign_folder(folder: Path) -> None:
    """A folder that no demo made is left alone."""
    folder.mkdir(parents=True)
    (folder / "agent.py").touch()
    with pytest.raises(VerspanError, match=r"holds what the demo did not write: agent\.py"):
        Repository(folder)


def test_no_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git the versions are files all the same, named by their labels."""
    monkeypatch.setenv("PATH", str(folder))
    repository = Repository(folder)
    assert repository.git_problem == "There is no git on this machine"
    assert [repository.check_in(version) for version in VERSIONS] == ["v1", "v2"]
    assert sorted(path.name for path in folder.iterdir()) == ["agent.py", "settings.json"]


def test_broken_git(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that fails is told apart from one that is not there, and stops nothing."""
    broken = tmp_path / "git"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.defpath)
    problem = Repository(folder).git_problem
    assert problem is not None
    assert problem.startswith("Git does not work here")


def test_unwritable(tmp_path: Path) -> None:
    """A folder that cannot be made is named, with the way out."""
    (tmp_path / "file").touch()
    with pytest.raises(VerspanError, match="Run it in a folder that you may write to"):
        Repository(tmp_path / "file" / "demo")
