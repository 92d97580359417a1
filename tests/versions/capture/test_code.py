"""What is read of real repositories, in every state that a tree can be in."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import (
    CodeState,
    Conversion,
    ConvertedFile,
    FileMode,
    FileState,
    Omission,
    OmissionReason,
)
from verspan.versions.git_command import GitError

Git = Callable[..., str]
CAP = 1 << 20
NOON = 1_767_225_600_000
"""When commits of the fixture are made, in milliseconds since the epoch."""


def clean_state(git: Git, folder: Path) -> CodeState:
    """What is read of the fixture's repository as it begins."""
    commit = git(folder, "rev-parse", "HEAD")
    author = "somebody@example.com <somebody@example.com>"
    return CodeState(commit, "main", (), None, author, NOON, description=commit[:7])


def changes(state: CodeState) -> list[tuple[str, str, bytes]]:
    """Path, mode and content of each file that differs."""
    return [(each.path, each.mode.value, each.content) for each in state.files]


def test_clean(git: Git, repository: Path) -> None:
    """A clean tree is its commit, with branch, tags, author and time, and without the remote's credentials."""
    git(repository, "tag", "v1")
    git(repository, "tag", "-a", "stable", "-m", "Stable")
    git(repository, "remote", "add", "origin", "https://ann:SECRET@example.com/agent.git")
    state = read_code(repository, CAP)
    assert state.commit == git(repository, "rev-parse", "HEAD")
    assert (state.branch, state.tags, state.remote_url) == ("main", ("stable", "v1"), "https://example.com/agent.git")
    assert (state.author, state.commit_timestamp) == ("somebody@example.com <somebody@example.com>", NOON)
    assert (state.description, state.files, state.patch, state.dirty) == ("stable", (), b"", False)


def test_same_on_any_branch(git: Git, repository: Path) -> None:
    """A clean tree is the same state on another branch, on none, with a remote, and in another worktree."""
    fingerprints = {read_code(repository, CAP).fingerprint}
    git(repository, "switch", "-q", "-c", "it's")
    git(repository, "remote", "add", "origin", "https://example.com/agent.git")
    fingerprints.add(read_code(repository, CAP).fingerprint)
    git(repository, "checkout", "-q", "--detach")
    fingerprints.add(read_code(repository, CAP).fingerprint)
    git(repository, "worktree", "add", "-q", "--detach", str(repository.parent / "other"))
    fingerprints.add(read_code(repository.parent / "other", CAP).fingerprint)
    assert len(fingerprints) == 1


def test_dirty_trees_differ(git: Git, repository: Path) -> None:
    """Each dirty tree of one commit is a state of its own: edited, edited otherwise, untracked, deleted, executable."""
    states = [read_code(repository, CAP)]
    for content in ("print(1)\n", "print(2)\n"):
        (repository / "app.py").write_text(content)
        states.append(read_code(repository, CAP))
    (repository / "new.py").touch()
    states.append(read_code(repository, CAP))
    (repository / "app.py").unlink()
    states.append(read_code(repository, CAP))
    (repository / "new.py").chmod(0o755)
    states.append(read_code(repository, CAP))
    assert len({state.fingerprint for state in states}) == len(states)
    assert changes(states[1]) == [("app.py", "100644", b"print(1)\n")]
    assert b"-print()\n+print(1)\n" in states[1].patch
    assert changes(states[-1]) == [("app.py", "000000", b""), ("new.py", "100755", b"")]
    assert [each.tracked for each in states[-1].files] == [True, False]


def test_disk_counts(git: Git, repository: Path) -> None:
    """What is staged and was taken back on disk is no change; what is on disk counts, staged or not."""
    (repository / "app.py").write_text("print(1)\n")
    git(repository, "add", ".")
    staged = read_code(repository, CAP)
    git(repository, "reset", "-q")
    assert read_code(repository, CAP).fingerprint == staged.fingerprint
    git(repository, "add", ".")
    (repository / "app.py").write_text("print()\n")
    assert read_code(repository, CAP) == clean_state(git, repository)
    git(repository, "rm", "-q", "--cached", "-f", "app.py")
    assert read_code(repository, CAP) == clean_state(git, repository)


def test_ignored(git: Git, repository: Path) -> None:
    """What git ignores is no part of the state, and neither are a store's files."""
    (repository / ".git" / "info" / "exclude").write_text("*.log\n")
    (repository / "a.log").touch()
    (repository / "verspan.db").touch()
    (repository / "verspan.db-wal").touch()
    assert read_code(repository, CAP, ["verspan.db"]) == clean_state(git, repository)


def test_kinds(git: Git, repository: Path) -> None:
    """Links are kept by their target, names and contents as bytes; a file in place of a folder is told."""
    (repository / "folder").mkdir()
    (repository / "folder" / "inner.py").touch()
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "More")
    (repository / "folder" / "inner.py").unlink()
    (repository / "folder").rmdir()
    (repository / "folder").symlink_to("../elsewhere")
    Path(os.fsdecode(os.fsencode(repository) + b"/caf\xe9\n")).write_bytes(b"\0\xff")
    assert changes(read_code(repository, CAP)) == [
        ("caf\udce9\n", "100644", b"\0\xff"),
        ("folder", "120000", b"../elsewhere"),
        ("folder/inner.py", "000000", b""),
    ]


def test_before_first_commit(git: Git, tmp_path: Path) -> None:
    """Before the first commit every file is a change, staged or not."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.py").write_text("1")
    git(tmp_path, "add", ".")
    (tmp_path / "b.py").write_text("2")
    state = read_code(tmp_path, CAP)
    assert (state.commit, state.branch, state.dirty) == (None, "main", True)
    assert changes(state) == [("a.py", "100644", b"1"), ("b.py", "100644", b"2")]


def test_shallow(git: Git, repository: Path, tmp_path: Path) -> None:
    """A shallow clone with a detached HEAD, as in CI, is the same state as the whole repository."""
    git(repository, "commit", "-q", "--allow-empty", "-m", "More")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "clone")
    git(tmp_path / "clone", "checkout", "-q", "--detach")
    state = read_code(tmp_path / "clone", CAP)
    assert (state.branch, state.fingerprint) == (None, read_code(repository, CAP).fingerprint)


def test_submodule(git: Git, repository: Path, tmp_path: Path) -> None:
    """A submodule is part of the state where it is dirty or at another commit, and not where it is not there."""
    git(tmp_path, "clone", "-q", str(repository), "library")
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "library"), "lib")
    git(repository, *add)
    git(repository, "commit", "-q", "-m", "Add a library")
    clean = read_code(repository, CAP)
    assert ([each.path for each in clean.submodules], clean.dirty) == (["lib"], False)
    (repository / "lib" / "app.py").write_text("print(1)\n")
    dirty = read_code(repository, CAP)
    assert (dirty.dirty, changes(dirty.submodules[0].code)) == (True, [("app.py", "100644", b"print(1)\n")])
    git(repository / "lib", "commit", "-q", "-a", "-m", "Inside")
    moved = read_code(repository, CAP)
    assert (moved.dirty, moved.submodules[0].code.dirty) == (True, False)
    git(repository, "submodule", "--quiet", "deinit", "-f", "lib")
    away = read_code(repository, CAP)
    assert (away.dirty, away.submodules) == (False, ())
    assert away.fingerprint == clean.fingerprint
    assert len({clean.fingerprint, dirty.fingerprint, moved.fingerprint}) == 3


def test_worktree_inside(git: Git, repository: Path) -> None:
    """Another worktree of the repository that lies in the tree is no part of it; a strange repository is."""
    git(repository, "worktree", "add", "-q", "--detach", "inside")
    assert read_code(repository, CAP) == clean_state(git, repository)
    (repository / "strange").mkdir()
    git(repository / "strange", "init", "-q", "-b", "main")
    (repository / "strange" / "new.py").touch()
    state = read_code(repository, CAP)
    assert ([each.path for each in state.submodules], state.dirty) == (["strange"], True)


def test_line_ends(git: Git, repository: Path) -> None:
    """A text that git calls unchanged is kept as it is on disk, and is no other state for it."""
    (repository / ".gitattributes").write_text("*.py text eol=crlf\n*.md ident\n")
    (repository / "a.md").write_text("$Id$\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "More")
    before = read_code(repository, CAP)
    for name in ("app.py", "a.md"):
        (repository / name).unlink()
    git(repository, "checkout", "-q", ".")
    after = read_code(repository, CAP)
    blob = git(repository, "rev-parse", "HEAD:a.md")
    text = f"$Id: {blob} $\n".encode()
    assert [(each.path, each.conversion, each.content) for each in after.converted] == [
        ("a.md", Conversion.OTHER, text),
        ("app.py", Conversion.CRLF, None),
    ]
    assert (before.converted, after.dirty, after.fingerprint) == ((), False, before.fingerprint)


def test_lfs(git: Git, repository: Path) -> None:
    """A file of Git LFS is told by its object's id and is not read, however large it is."""
    digest = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"  # of the digit 0
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 1\n"
    git(repository, "config", "filter.lfs.clean", f"printf '{pointer}'")
    git(repository, "config", "filter.lfs.smudge", "printf 0")
    (repository / ".gitattributes").write_text("*.bin filter=lfs -text\n")
    (repository / "weights.bin").write_text("0")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "More")
    assert read_code(repository, CAP).converted == (ConvertedFile("weights.bin", Conversion.LFS, digest, 1),)
    (repository / "weights.bin").write_text(pointer)
    assert read_code(repository, CAP).converted == ()


def test_unseen_by_git(git: Git, repository: Path) -> None:
    """A change that git was told not to look at is told; a file outside a sparse checkout is no change."""
    (repository / "other.py").touch()
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "More")
    git(repository, "update-index", "--assume-unchanged", "app.py")
    git(repository, "update-index", "--skip-worktree", "other.py")
    (repository / "app.py").write_text("print(1)\n")
    (repository / "other.py").unlink()
    state = read_code(repository, CAP)
    assert (changes(state), state.sparse) == ([("app.py", "100644", b"print(1)\n")], ("other.py",))


def test_cap(git: Git, repository: Path) -> None:
    """What does not fit under the cap is named with its size and digest, and makes another state all the same."""
    (repository / "large.bin").write_bytes(b"0" * 2000)
    (repository / "small.bin").write_bytes(b"1" * 10)
    state = read_code(repository, 1000)
    assert state.files == (FileState("small.bin", FileMode.REGULAR, b"1" * 10, tracked=False),)
    (omission,) = state.omissions
    assert (omission.path, omission.reason, omission.size) == ("large.bin", OmissionReason.SIZE, 2000)
    (repository / "large.bin").write_bytes(b"2" * 2000)
    assert read_code(repository, 1000).fingerprint != state.fingerprint


def test_secret(git: Git, repository: Path) -> None:
    """An untracked file whose name says that it holds secrets is named and not kept; a tracked one is everybody's."""
    for name in (".env", ".env.example", "id_rsa", "id_rsa.pub"):
        (repository / name).write_text("KEY=1\n")
    state = read_code(repository, CAP)
    assert [each.path for each in state.files] == [".env.example", "id_rsa.pub"]
    assert [(each.path, each.reason) for each in state.omissions] == [
        (".env", OmissionReason.SECRET),
        ("id_rsa", OmissionReason.SECRET),
    ]
    (repository / ".env").write_text("KEY=2\n")
    assert read_code(repository, CAP).fingerprint != state.fingerprint
    (repository / "app.py").write_text("print(1)\n")
    assert b"+print(1)" in read_code(repository, CAP).patch
    git(repository, "add", ".env")
    assert ".env" in [each.path for each in read_code(repository, CAP).files]


def test_special(git: Git, repository: Path) -> None:
    """A socket where a file was is named, and not read."""
    (repository / "app.py").unlink()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(repository / "app.py"))
        assert read_code(repository, CAP).omissions == (Omission("app.py", OmissionReason.SPECIAL),)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_unreadable(repository: Path) -> None:
    """A file that may not be read is named."""
    (repository / "secret").touch(0o000)
    assert read_code(repository, CAP).omissions == (Omission("secret", OmissionReason.UNREADABLE, 0),)


def test_hostile_settings(git: Git, repository: Path) -> None:
    """Settings of the user change nothing about what is read."""
    (repository / "app.py").write_text("print(1)\n")
    (repository / "new.py").touch()
    plain = read_code(repository, CAP)
    for name, value in {
        "status.showUntrackedFiles": "no",
        "core.quotepath": "true",
        "diff.external": "false",
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.context": "0",
        "color.ui": "always",
        "log.showSignature": "true",
        "log.decorate": "no",
        "status.renames": "copies",
    }.items():
        git(repository, "config", name, value)
    assert read_code(repository, CAP) == plain


def test_no_repository(tmp_path: Path) -> None:
    """Outside a repository git's word is the error."""
    with pytest.raises(GitError, match="not a git repository"):
        read_code(tmp_path, CAP)
