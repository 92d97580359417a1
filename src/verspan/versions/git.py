"""What git says of the working tree that an application runs in.

At most three processes of git, none of which takes a lock, asks a question or is waited for longer than five seconds
in all. Whatever goes wrong is one line in the log, and what git did not say is None.
"""

from __future__ import annotations

import logging
import os
import subprocess
import time
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from verspan.settings import repository_root
from verspan.versions.model import GitState
from verspan.versions.remotes import without_credentials

_TIMEOUT: Final = 5.0  # seconds for all questions about one folder together
_HEAD_TIMEOUT: Final = 1.0  # likewise, where somebody waits for the answers
_STATUS: Final = ("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--no-renames")
_REMOTES: Final = ("config", "-z", "--get-regexp", r"^(remote\..*\.url|branch\..*\.remote)$")
_NOTHING_FOUND: Final = 1  # exit status of git's questions that may have no answer
_CHANGED: Final = ("1 ", "2 ", "u ")  # porcelain v2: changed, renamed, unmerged
_UNTRACKED: Final = "? "
# A monitor is started by `git status` where the user's settings say so, outlives it, and would hold our pipe open.
_GIT: Final = ("git", "-c", "core.fsmonitor=false")
# Set by git for the hooks that it runs: an application started by a hook would be told of the hook's repository.
_ANOTHER_REPOSITORY: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
_UNATTENDED: Final = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}

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
    except _GitError as error:
        return error.told_of(folder)


def read_head(folder: Path) -> GitState | None:
    """The commit, branch and remote of the working tree that a folder is in, and not whether it is dirty.

    To look at no file but git's own takes a few milliseconds however large the tree is.

    Returns:
        None outside a git repository; fields that are None where git fails, which is logged once.
    """
    try:
        return _Repository(folder, _HEAD_TIMEOUT).head
    except _GitError as error:
        return error.told_of(folder)


def read_described_state(folder: Path) -> DescribedState:
    """The state of the working tree that a folder is in, and how git describes it.

    Returns:
        Fields that are None where git fails, which is logged once.
    """
    repository = _Repository(folder, _TIMEOUT)
    try:
        return DescribedState(repository.state, repository.description)
    except _GitError as error:
        return DescribedState(error.told_of(folder), None)


class _GitError(Exception):
    """Git did not answer; the message says why, as git put it where it said anything."""

    def told_of(self, folder: Path) -> GitState | None:
        """Log what is lost and how to mend it, and return the state that is left."""
        root = root_of(folder)
        if root is None:
            _say_once(logging.INFO, f"{folder} is in no git repository that can be read: {self}")
            return None
        _say_once(
            logging.WARNING,
            f"git cannot read the repository {root} ({self}): versions have no commit, branch and remote. "
            f"{self._way_out(root)}",
        )
        return GitState()

    def _way_out(self, root: Path) -> str:
        if "dubious ownership" in str(self):
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
        self._folder = folder
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout

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
        described = self._ask("describe", "--tags", "--always").strip()
        return f"{described}-dirty" if self._status.changed else described

    @cached_property
    def _status(self) -> _Status:
        try:
            return _parsed_status(self._ask(*_STATUS))
        except _GitError as error:
            if "must be run in a work tree" not in str(error):
                raise
            return self._head()

    def _head(self) -> _Status:
        commit = self._ask("rev-parse", "--quiet", "--verify", "HEAD", also_fine=_NOTHING_FOUND).strip()
        branch = self._ask("symbolic-ref", "--quiet", "--short", "HEAD", also_fine=_NOTHING_FOUND).strip()
        return _Status(commit or None, branch or None)

    def _remote_url(self, branch: str | None) -> str | None:
        settings: dict[str, str] = {}
        for entry in self._ask(*_REMOTES, also_fine=_NOTHING_FOUND).split("\0"):
            key, _, value = entry.partition("\n")
            settings.setdefault(key, value)
        remotes = (settings.get(f"branch.{branch}.remote"), "origin")
        urls = [settings[key] for name in remotes if (key := f"remote.{name}.url") in settings]
        urls += [value for key, value in settings.items() if key.startswith("remote.")]
        return without_credentials(urls[0]) if urls else None

    def _ask(self, *question: str, also_fine: int = 0) -> str:
        answer = self._answer(question)
        if answer.returncode not in (0, also_fine):
            raise _GitError(_first_line(answer.stderr) or f"git {question[0]} ended with {answer.returncode}")
        return answer.stdout

    def _answer(self, question: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 - no shell, and every argument is a constant of this module
                [*_GIT, *question],
                cwd=self._folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=max(0.0, self._deadline - time.monotonic()),
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _GitError(f"git {question[0]} gave no answer within {self._timeout:g} seconds") from error
        except OSError as error:
            raise _GitError(f"git cannot be run: {error}") from error


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


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _ANOTHER_REPOSITORY}
    return inherited | _UNATTENDED


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "").removeprefix("fatal: ")


@lru_cache(maxsize=256)
def _say_once(level: int, line: str) -> None:
    """Log a line, the first time that it would be said in this process."""
    _logger.log(level, "%s", line)
