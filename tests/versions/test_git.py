"""What is read from real repositories, in every state that a checkout can be in."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from verspan.versions import git as git_module
from verspan.versions.git import DescribedState, read_described_state, read_git_state, read_head
from verspan.versions.model import GitState

Git = Callable[..., str]


def head(git: Git, folder: Path) -> str:
    """The commit that a working tree is at."""
    return git(folder, "rev-parse", "HEAD")


def test_clean(git: Git, repository: Path) -> None:
    """A clean checkout has its commit and branch; a folder below the root has the same."""
    (repository / "inner").mkdir()
    expected = DescribedState(GitState(head(git, repository), "main", None, dirty=False), head(git, repository)[:7])
    assert [read_described_state(folder) for folder in (repository, repository / "inner")] == [expected] * 2


def test_head(git: Git, repository: Path, tmp_path: Path) -> None:
    """The head is known without a look at the files, on a branch, detached, and before the first commit."""
    (repository / "app.py").write_text("print(1)\n")
    git(repository, "remote", "add", "origin", "https://ann:SECRET@example.com/agent.git")
    commit, url = head(git, repository), "https://example.com/agent.git"
    assert read_head(repository) == GitState(commit, "main", url)
    git(repository, "checkout", "-q", "--detach")
    assert read_head(repository) == GitState(commit, None, url)
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q", "-b", "main")
    assert [read_head(empty), read_head(tmp_path)] == [GitState(branch="main"), None]


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize("change", ["nothing", "edited", "staged", "deleted", "untracked", "ignored"])
def test_description(git: Git, repository: Path, *, change: str, tagged: bool) -> None:
    """The description is what `git describe --tags --always --dirty` says; untracked files are dirty besides."""
    if tagged:
        git(repository, "tag", "v1.2.0")
        git(repository, "commit", "-q", "--allow-empty", "-m", "More")
    (repository / ".git" / "info" / "exclude").write_text("*.log\n")
    match change:
        case "edited" | "staged":
            (repository / "app.py").write_text("print(1)\n")
        case "deleted":
            (repository / "app.py").unlink()
        case "untracked":
            (repository / "new.py").touch()
        case "ignored":
            (repository / "a.log").touch()
    if change == "staged":
        git(repository, "add", ".")
    described = read_described_state(repository)
    assert described.description == git(repository, "describe", "--tags", "--always", "--dirty")
    assert described.state == GitState(head(git, repository), "main", None, dirty=change not in ("nothing", "ignored"))


def test_touched(git: Git, repository: Path) -> None:
    """A file that is written again with the same content is no change."""
    os.utime(repository / "app.py", (0, 0))
    assert read_git_state(repository) == GitState(head(git, repository), "main", None, dirty=False)


def test_detached(git: Git, repository: Path) -> None:
    """A detached HEAD, as in every CI checkout, has a commit and no branch."""
    git(repository, "checkout", "-q", "--detach")
    assert read_git_state(repository) == GitState(head(git, repository), None, None, dirty=False)


def test_no_commits(git: Git, tmp_path: Path) -> None:
    """A repository before its first commit has a branch and no commit, and cannot be described."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "app.py").touch()
    assert read_described_state(tmp_path) == DescribedState(GitState(None, "main", None, dirty=True), None)


def test_worktree(git: Git, repository: Path, tmp_path: Path) -> None:
    """A worktree has its own branch and state."""
    git(repository, "worktree", "add", "-q", "-b", "second", str(tmp_path / "second"))
    (tmp_path / "second" / "app.py").write_text("changed")
    assert [read_git_state(repository), read_git_state(tmp_path / "second")] == [
        GitState(head(git, repository), "main", None, dirty=False),
        GitState(head(git, repository), "second", None, dirty=True),
    ]


def test_submodule(git: Git, repository: Path, tmp_path: Path) -> None:
    """A submodule is read as the repository that it is, and its changes make the outer one dirty."""
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q", "-b", "main")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repository), "sub")
    git(outer, "commit", "-q", "-m", "Add a submodule")
    before = [read_git_state(outer), read_git_state(outer / "sub")]
    (outer / "sub" / "app.py").write_text("changed")
    after = [read_git_state(outer), read_git_state(outer / "sub")]
    outer_commit, sub_commit = head(git, outer), head(git, repository)
    assert [before, after] == [
        [
            GitState(outer_commit, "main", None, dirty=dirty),
            GitState(sub_commit, "main", str(repository), dirty=dirty),
        ]
        for dirty in (False, True)
    ]


def test_bare(git: Git, repository: Path, tmp_path: Path) -> None:
    """A bare repository has a commit and a branch, and nothing that could be dirty."""
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(repository), str(bare))
    commit = head(git, repository)
    expected = DescribedState(GitState(commit, "main", str(repository), dirty=None), commit[:7])
    assert read_described_state(bare) == expected


def test_empty_bare(git: Git, tmp_path: Path) -> None:
    """A bare repository without a commit has the branch that its first one will be on."""
    git(tmp_path, "init", "-q", "--bare", "-b", "main", ".")
    assert read_described_state(tmp_path) == DescribedState(GitState(branch="main"), None)


def test_read_only(git: Git, repository: Path) -> None:
    """A checkout that cannot be written to is read as any other, and nothing in it is touched."""
    index = repository / ".git" / "index"
    os.utime(repository / "app.py", (0, 0))  # what makes git want to refresh the index
    before = index.read_bytes()
    folders = [repository, *(path for path in repository.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    state = read_described_state(repository).state
    for folder in folders:
        folder.chmod(0o755)
    assert (state, index.read_bytes()) == (GitState(head(git, repository), "main", None, dirty=False), before)


@pytest.mark.parametrize("branch", ["it's", "feature/$(touch;x)", "zweig-größe", "-n" * 3 + "x", "a" * 200])
def test_odd_branches(git: Git, repository: Path, branch: str) -> None:
    """A branch may have any name that git allows."""
    git(repository, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
    git(repository, "commit", "-q", "-m", "On an odd branch", "--allow-empty")
    assert read_git_state(repository) == GitState(head(git, repository), branch, None, dirty=False)


def test_paths_that_are_no_text(git: Git, tmp_path: Path) -> None:
    """Folders and files whose names are not UTF-8 are read as any other."""
    folder = tmp_path / os.fsdecode(b"app-\xff")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    git(folder, "init", "-q", "-b", "main")
    (folder / os.fsdecode(b"\xfe.py")).touch()
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    clean = read_git_state(folder)
    (folder / os.fsdecode(b"\xfd.py")).touch()
    commit = head(git, folder)
    assert [clean, read_git_state(folder)] == [GitState(commit, "main", None, dirty=dirty) for dirty in (False, True)]


def test_remote(git: Git, repository: Path) -> None:
    """The remote is the branch's, else `origin`, else the first; and it is kept without its credentials."""
    seen = []
    for name in ("first", "origin", "fork"):
        git(repository, "remote", "add", name, f"https://ann:SECRET@example.com/{name}.git?token=SECRET")
        if name == "fork":
            git(repository, "config", "branch.main.remote", "fork")
        state = read_git_state(repository)
        assert state is not None
        seen.append(state.remote_url)
    assert seen == [f"https://example.com/{name}.git" for name in ("first", "origin", "fork")]


def test_repository_of_a_hook(git: Git, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An application that a git hook starts is told of its own repository and not of the hook's."""
    git(tmp_path, "init", "-q", "-b", "hooked", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))
    state = read_git_state(repository)
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert state == GitState(head(git, repository), "main", None, dirty=False)


def test_no_repository(git: Git, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Outside a repository there is no state, which is no reason for a warning."""
    caplog.set_level(logging.INFO)
    assert read_described_state(tmp_path) == DescribedState(None, None)
    assert [(record.levelname, "in no git repository" in record.getMessage()) for record in caplog.records] == [
        ("INFO", True)
    ]


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Without the git program nothing is known of a repository, and that is said once."""
    monkeypatch.setenv("PATH", str(repository))
    assert [read_git_state(repository), read_described_state(repository)] == [
        GitState(),
        DescribedState(GitState(), None),
    ]
    assert_one_warning(caplog, repository, "git cannot be run")


def test_folder_that_is_gone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder that has been deleted has no state, and nothing is raised."""
    caplog.set_level(logging.INFO)
    assert read_git_state(tmp_path / "gone") is None
    assert "gone" in caplog.text


@pytest.mark.parametrize("damage", ["empty", "no gitfile", "gitfile to nowhere", "garbled HEAD", "garbled index"])
def test_broken(git: Git, repository: Path, caplog: pytest.LogCaptureFixture, damage: str) -> None:
    """A broken repository tells nothing, and one warning says which it is and where to look."""
    database = repository / ".git"
    match damage:
        case "empty":
            shutil.rmtree(database)
            database.mkdir()
        case "no gitfile":
            shutil.rmtree(database)
            database.write_text("nonsense")
        case "gitfile to nowhere":
            shutil.rmtree(database)
            database.write_text("gitdir: /nowhere/at/all\n")
        case "garbled HEAD":
            (database / "HEAD").write_bytes(b"\x00\xff")
        case "garbled index":
            (database / "index").write_bytes(b"\x00\xff" * 100)
    assert read_described_state(repository) == DescribedState(GitState(), None)
    assert_one_warning(caplog, repository, f"Mend what `git -C {repository} status` reports.")


def test_dubious_ownership(
    git: Git,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A repository of another user, as in many containers, is answered by the line that lets git read it."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own switch for its tests of this
    assert read_described_state(repository) == DescribedState(GitState(), None)
    assert_one_warning(caplog, repository, f"git config --global --add safe.directory {repository}")


def test_hanging_git(repository: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A git that does not answer is given up after a while, all questions together, and is ended."""
    programs = repository / "bin"
    programs.mkdir()
    started = programs / "started"
    (programs / "git").write_text(f"#!/bin/sh\necho $$ >> {started}\nexec sleep 1000\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setattr(git_module, "_TIMEOUT", 1.0)
    assert read_described_state(repository) == DescribedState(GitState(), None)
    assert_one_warning(caplog, repository, "gave no answer within 1 seconds")
    (process,) = started.read_text().split()
    with pytest.raises(ProcessLookupError):
        os.kill(int(process), 0)


def test_no_monitor_is_left(git: Git, repository: Path) -> None:
    """Git's file system monitor is not started, though the user's settings ask for one."""
    hook = repository / ".git" / "monitor"
    hook.write_text("#!/bin/sh\ntouch monitored\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(hook))
    assert read_git_state(repository) == GitState(head(git, repository), "main", None, dirty=False)
    assert not (repository / "monitored").exists()


def test_three_processes(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """State and description together take three processes, the state alone two."""
    program, asked = shutil.which("git"), repository.parent / "asked"
    programs = repository.parent / "bin"
    programs.mkdir()
    (programs / "git").write_text(f'#!/bin/sh\necho "$3" >> {asked}\nexec {program} "$@"\n')
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    read_git_state(repository)
    read_described_state(repository)
    assert asked.read_text().split() == ["status", "config", "status", "config", "describe"]


def assert_one_warning(caplog: pytest.LogCaptureFixture, folder: Path, part: str) -> None:
    """One warning names the folder, says what is lost, and has this part."""
    (record,) = caplog.records
    line = record.getMessage()
    assert record.levelno == logging.WARNING
    assert str(folder) in line
    assert "versions have no commit, branch and remote" in line
    assert part in line
