"""Checkouts of commits in folders that are there for as long as somebody looks at them.

Each is a worktree of git in a temporary folder: the user's own tree, index, HEAD, stash and branches stay as they are,
and no hook is run. A bisection that was killed leaves one behind; the next one removes it, and no worktree of anybody
else's. That its owner lives is told by a lock on a file, which ends with the process, where the system has such locks.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from verspan.errors import VerspanError
from verspan.versions.git_command import GitError, GitFolder

try:
    import fcntl
except ImportError:  # Windows: what a killed bisection has left is removed by nobody but the user
    fcntl = None  # type: ignore[assignment] # asked for before use

_LOCKS_END_WITH_PROCESSES: Final = fcntl is not None
PREFIX: Final = "verspan-bisect-"
"""How the temporary folders begin."""
_OWNER: Final = "owner.lock"
_WORKTREE: Final = "worktree "
_TIMEOUT: Final = 3600.0  # seconds: a large tree is written
_SETTINGS: Final = {"core.hooksPath": os.devnull}


@contextmanager
def checked_out(root: Path, commit: str) -> Iterator[Path]:
    """A commit in a folder that has the repository's name, so that a version named after it has the usual name.

    Args:
        root: the repository's.
        commit: its hash.

    Raises:
        VerspanError: git failed.
    """
    around = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    held = _hold(around)
    place = around / (root.name or "application")
    try:
        _git(root, "worktree", "add", "--quiet", "--detach", str(place), commit)
        yield place
    finally:
        _remove(root, place)
        if held is not None:
            os.close(held)


def remove_leftovers(root: Path) -> None:
    """Remove what bisections of this repository have left that were killed.

    Raises:
        VerspanError: git failed.
    """
    listed = _git(root, "worktree", "list", "--porcelain").splitlines()
    places = [Path(line.removeprefix(_WORKTREE)) for line in listed if line.startswith(_WORKTREE)]
    for place in places:
        if place.parent.name.startswith(PREFIX) and not _is_held(place.parent):
            _remove(root, place)


def _remove(root: Path, place: Path) -> None:
    """Remove a worktree with what was written into it, and the folder around it."""
    with suppress(VerspanError):  # it was never added, or its folder is gone, of which git is told below
        _git(root, "worktree", "remove", "--force", "--force", str(place))
    shutil.rmtree(place.parent, ignore_errors=True)


def _hold(folder: Path) -> int | None:
    """A lock that says that the folder is in use."""
    if not _LOCKS_END_WITH_PROCESSES:
        return None
    descriptor = os.open(folder / _OWNER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _is_held(folder: Path) -> bool:
    """Whether a process uses the folder, or nobody can tell."""
    if not _LOCKS_END_WITH_PROCESSES:
        return folder.exists()
    try:
        descriptor = os.open(folder / _OWNER, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:  # somebody else's
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _git(root: Path, *question: str) -> str:
    try:
        return GitFolder(root, _TIMEOUT, _SETTINGS).ask(*question)
    except GitError as error:
        raise VerspanError(f"git {' '.join(question[:2])} failed in {root}: {error}") from error
