"""Where the commit of a version comes from: a repository of this machine, else the remote."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from verspan.errors import NotFoundError, VerspanError
from verspan.versions.capture.listing import encoded
from verspan.versions.capture.model import CodeState
from verspan.versions.git_command import GitError, GitFolder

_TIMEOUT: Final = 3600.0  # seconds: a large repository is cloned
# A recreated tree is written by this package; nothing of this machine is to run or be applied besides.
_SETTINGS: Final = {
    "core.hooksPath": os.devnull,
    "core.autocrlf": "false",
    "protocol.allow": "never",
    **{f"protocol.{name}.allow": "always" for name in ("https", "http", "ssh", "git", "file")},
}
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Place:
    """A working tree without files, at the commit, and where that came from."""

    git: GitFolder
    source: str


def git_in(folder: Path) -> GitFolder:
    """Git in a folder, which runs no hooks and speaks no protocol that runs a command."""
    return GitFolder(folder, _TIMEOUT, _SETTINGS)


def prepared(code: CodeState, candidates: Iterable[Path], directory: Path) -> Place:
    """Make a folder a working tree at a state's commit, without its files.

    Args:
        code: the state.
        candidates: repositories of this machine that may have the commit, the likeliest first.
        directory: a folder that is not there, or is empty.

    Raises:
        NotFoundError: neither a repository of this machine nor the remote has the commit.
        GitError: git failed.
    """
    if code.commit is None:
        directory.mkdir(parents=True, exist_ok=True)
        git_in(directory).ask("init", "--quiet", "--template=")
        return Place(git_in(directory), "no commit was made yet")
    _check_commit(code.commit)
    for candidate in candidates:
        if _has(git_in(candidate), code.commit):
            git_in(candidate).ask(
                "worktree", "add", "--force", "--quiet", "--no-checkout", "--detach", str(directory), code.commit
            )
            return Place(git_in(directory), str(candidate))
    return _cloned(code, code.commit, directory)


def settle(place: Place, code: CodeState) -> None:
    """Have git know the files of a working tree for those of the commit, and what differs for changes."""
    if code.commit is not None:
        place.git.ask("read-tree", code.commit)
        left_out = b"".join(encoded(path) + b"\0" for path in code.sparse)
        place.git.ask_bytes("update-index", "--skip-worktree", "-z", "--stdin", told=left_out)
        place.git.ask("update-index", "-q", "--refresh", also_fine=1)


def _check_commit(commit: str) -> None:
    if not _COMMIT.fullmatch(commit):
        raise NotFoundError(f"the record's commit {commit[:80]!r} is no hash of a commit: it cannot be checked out")


def _has(git: GitFolder, commit: str) -> bool:
    try:
        git.ask("cat-file", "-e", f"{commit}^{{commit}}")
    except GitError:
        return False
    return True


def _cloned(code: CodeState, commit: str, directory: Path) -> Place:
    if code.remote_url is None or code.remote_url.startswith("-"):
        raise NotFoundError(
            f"no repository here has the commit {commit}, and the record names no remote: name one that has it with "
            "--repository (in Python repository=...)"
        )
    directory.mkdir(parents=True, exist_ok=True)
    git = git_in(directory)
    try:
        git.ask("clone", "--quiet", "--no-checkout", "--template=", "--", code.remote_url, ".")
        if not _has(git, commit):
            git.ask("fetch", "--quiet", "origin", commit)
        git.ask("update-ref", "--no-deref", "HEAD", commit)
    except GitError as error:
        raise VerspanError(
            f"no repository here has the commit {commit}, and {code.remote_url} does not give it: {error}. Name a "
            "repository that has it with --repository (in Python repository=...)"
        ) from error
    return Place(git, code.remote_url)
