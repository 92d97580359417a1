"""What git says of the working tree that an application runs in.

At most three processes of git, none of which takes a lock, asks a question or is waited for longer than five seconds
in all. Whatever goes wrong is one line in the log, and what git did not say is None.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from verspan.settings import repository_root
from verspan.versions.git_command import GitError, GitFolder
from verspan.versions.model import GitState
from verspan.versions.remotes import REMOTES, remote_url

_TIMEOUT: Final = 5.0  # seconds for all questions about one folder together
_HEAD_TIMEOUT: Final = 1.0  # likewise, where somebody waits for the answers
_STATUS: Final = ("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--no-renames")
_NOTHING_FOUND: Final = 1  # exit status of git's questions that may have no answer
_CHANGED: Final = ("1 ", "2 ", "u ")  # porcelain v2: changed, renamed, unmerged
_UNTRACKED: Final = "? "

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DescribedState:
    """The state of a working tree, and how git would call it."""

    state: GitState | None
    """None outside a git repository."""
    description: str | None
    """What ``git describe --tags --always --dirty`` says; None before the first commit and where git cannot say."""


def root_of(folder: Path) -> Path | None:
    """The root of the working tree that a folder is in; None where there is none."""
    try:
        root = repository_root(folder)
        return root if (root / ".git").exists() else None
    except OSError:  # a folder above may not be looked into
        return None


def read_git_state(folder: Path) -> GitState | None:
    """The state of the working tree that a folder is in.

    Returns:
        None outside a git repository; fields that are None where git fails, which is logged once.
    """
    try:
        return _Repository(folder, _TIMEOUT).state
    except GitError as error:
        return tell_of(error, folder)


def read_head(folder: Path) -> GitState | None:
    """The commit, branch and remote of the working tree that a folder is in, and not whether it is dirty.

    To look at no file but git's own takes a few milliseconds however large the tree is.

    Returns:
        None outside a git repository; fields that are None where git fails, which is logged once.
    """
    try:
        return _Repository(folder, _HEAD_TIMEOUT).head
    except GitError as error:
        return tell_of(error, folder)


def read_described_state(folder: Path) -> DescribedState:
    """The state of the working tree that a folder is in, and how git describes it.

    Returns:
        Fields that are None where git fails, which is logged once.
    """
    repository = _Repository(folder, _TIMEOUT)
    try:
        return DescribedState(repository.state, repository.description)
    except GitError as error:
        return DescribedState(tell_of(error, folder), None)


def tell_of(error: GitError, folder: Path) -> GitState | None:
    """Log what is lost and how to mend it, and return the state that is left."""
    root = root_of(folder)
    if root is None:
        _say_once(logging.INFO, f"{folder} is in no git repository that can be read: {error}")
        return None
    _say_once(
        logging.WARNING,
        f"git cannot read the repository {root} ({error}): versions have no commit, branch and remote. "
        f"{_way_out(error, root)}",
    )
    return GitState()


def _way_out(error: GitError, root: Path) -> str:
    if "dubious ownership" in str(error):
        return f"If you trust it: git config --global --add safe.directory {root}"
    return f"Mend what `git -C {root} status` reports."


@dataclass(frozen=True)
class _Status:
    commit: str | None
    branch: str | None
    changed: bool | None = None
    untracked: bool | None = None

    @property
    def dirty(self) -> bool | None:
        return self.changed or self.untracked


class _Repository:
    """Questions to git about one folder."""

    def __init__(self, folder: Path, timeout: float) -> None:
        self._git = GitFolder(folder, timeout)

    @cached_property
    def state(self) -> GitState:
        status = self._status
        return GitState(status.commit, status.branch, self._remote_url(status.branch), status.dirty)

    @property
    def head(self) -> GitState:
        head = self._head()
        return GitState(head.commit, head.branch, self._remote_url(head.branch))

    @property
    def description(self) -> str | None:
        # `--dirty` is not asked of git: it would look at every file again, and lock the index while it does.
        if self._status.commit is None:
            return None
        described = self._git.ask("describe", "--tags", "--always").strip()
        return f"{described}-dirty" if self._status.changed else described

    @cached_property
    def _status(self) -> _Status:
        try:
            return _parsed_status(self._git.ask(*_STATUS))
        except GitError as error:
            if "must be run in a work tree" not in str(error):
                raise
            return self._head()

    def _head(self) -> _Status:
        commit = self._git.ask("rev-parse", "--quiet", "--verify", "HEAD", also_fine=_NOTHING_FOUND).strip()
        branch = self._git.ask("symbolic-ref", "--quiet", "--short", "HEAD", also_fine=_NOTHING_FOUND).strip()
        return _Status(commit or None, branch or None)

    def _remote_url(self, branch: str | None) -> str | None:
        return remote_url(self._git.ask(*REMOTES, also_fine=_NOTHING_FOUND), branch)


def _parsed_status(output: str) -> _Status:
    fields = output.split("\0")
    headers = dict(field[2:].partition(" ")[::2] for field in fields if field.startswith("# "))
    commit, branch = headers.get("branch.oid"), headers.get("branch.head")
    return _Status(
        commit=None if commit == "(initial)" else commit,
        branch=None if branch == "(detached)" else branch,
        changed=any(field.startswith(_CHANGED) for field in fields),
        untracked=any(field.startswith(_UNTRACKED) for field in fields),
    )


@lru_cache(maxsize=256)
def _say_once(level: int, line: str) -> None:
    """Log a line, the first time that it would be said in this process."""
    _logger.log(level, "%s", line)
