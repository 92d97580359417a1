"""The name that an application has of itself."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from verspan.versions.application import NamedState, automatic_state
from verspan.versions.identity import checked_name
from verspan.versions.model import GitState

Git = Callable[..., str]
SAY_FOLDER = "from verspan.versions.application import application_folder; print(application_folder())\n"


def run(*command: str | Path, cwd: Path) -> str:
    """What a Python process says, started with this command line in this folder."""
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_directory_and_commit(git: Git, repository: Path) -> None:
    """The name is the repository's folder and what git says of the commit, from a folder below too."""
    git(repository, "tag", "v1.2.0")
    (repository / "inner").mkdir()
    (repository / "app.py").write_text("changed")
    state = GitState(git(repository, "rev-parse", "HEAD"), "main", None, dirty=True)
    expected = NamedState("agent-v1.2.0-dirty", state)
    assert [automatic_state(folder) for folder in (repository, repository / "inner")] == [expected] * 2


def test_without_git(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without git the folder is all there is to the name, and it is said once what that means."""
    caplog.set_level(logging.INFO, "verspan.versions.application")
    folder = tmp_path / "assistant"
    folder.mkdir()
    assert [automatic_state(folder), automatic_state(folder)] == [NamedState("assistant", None)] * 2
    assert [
        (record.levelname, "every state of it is the version assistant" in record.getMessage())
        for record in caplog.records
    ] == [("INFO", True)]


def test_before_the_first_commit(git: Git, tmp_path: Path) -> None:
    """Before the first commit there is a branch and nothing to describe."""
    git(tmp_path, "init", "-q", "-b", "main")
    assert automatic_state(tmp_path) == NamedState(tmp_path.name, GitState(branch="main", dirty=False))


@pytest.mark.parametrize("folder", [b"\xff\xfe", b"a\nb", b" ", b"x" * 255])
def test_odd_folders(tmp_path: Path, folder: bytes) -> None:
    """Whatever a folder is called, the name can be used."""
    odd = tmp_path / os.fsdecode(folder)
    try:
        odd.mkdir()
    except OSError:
        pytest.skip("this file system does not take such a name")
    name = automatic_state(odd).name
    assert checked_name(name, "version name") == name


def test_root_folder() -> None:
    """An application in the root folder, as in small containers, has a name all the same."""
    assert automatic_state(Path("/")).name == "application"


def test_script_elsewhere(git: Git, repository: Path, tmp_path: Path) -> None:
    """A script in a repository is the application, wherever it is started from."""
    git(repository, "status")
    (repository / "main.py").write_text(SAY_FOLDER)
    assert run(repository / "main.py", cwd=tmp_path) == str(repository)


def test_script_outside_any_repository(repository: Path, tmp_path: Path) -> None:
    """A script outside any repository counts for less than a working directory inside one, and else it counts."""
    script = tmp_path / "scripts" / "main.py"
    script.parent.mkdir()
    script.write_text(SAY_FOLDER)
    assert [run(script, cwd=repository), run(script, cwd=tmp_path)] == [str(repository), str(script.parent)]


@pytest.mark.parametrize("command", [["-c", SAY_FOLDER], ["-m", "site-packages.server"]])
def test_no_script_of_the_applications_own(tmp_path: Path, command: list[str]) -> None:
    """A server among the packages tells nothing of the application, so the working directory does."""
    server = tmp_path / "site-packages" / "server.py"
    server.parent.mkdir()
    server.write_text(SAY_FOLDER)
    assert run(*command, cwd=tmp_path) == str(tmp_path)


def test_working_directory_that_is_gone(tmp_path: Path) -> None:
    """A process whose working directory has been deleted has an application folder still."""
    gone = "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
    assert run("-c", gone + SAY_FOLDER, cwd=tmp_path) == "/"
