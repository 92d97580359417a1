"""Questions to git: nothing that takes a lock, asks back, or is waited for without a limit."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

# A monitor is started by `git status` where the user's settings say so, outlives it, and would hold our pipe open.
_GIT: Final = ("git", "-c", "core.fsmonitor=false")
# Set by git for the hooks that it runs: an application started by a hook would be told of the hook's repository.
_ANOTHER_REPOSITORY: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
_UNATTENDED: Final = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}
_NONE: Final[Mapping[str, str]] = {}


class GitError(Exception):
    """Git did not answer; the message says why, as git put it where it said anything."""


class GitFolder:
    """Git, asked about one folder.

    Args:
        folder: where git is run.
        timeout: seconds for all questions together.
        settings: of git, which hold for these questions alone.
        variables: of the environment, likewise.
    """

    def __init__(
        self, folder: Path, timeout: float, settings: Mapping[str, str] = _NONE, variables: Mapping[str, str] = _NONE
    ) -> None:
        self.folder = folder
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._settings = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._variables = variables

    def ask(self, *question: str, also_fine: int = 0) -> str:
        """What git answers, as text.

        Args:
            question: the words after ``git``.
            also_fine: an exit status that is an answer too.

        Raises:
            GitError: there is no git, it failed, or it took too long.
        """
        return self.ask_bytes(*question, also_fine=also_fine).decode("utf-8", "replace")

    def ask_bytes(self, *question: str, also_fine: int = 0, told: bytes = b"") -> bytes:
        """What git answers, as it is.

        Args:
            question: the words after ``git``.
            also_fine: an exit status that is an answer too.
            told: what git reads from its standard input.

        Raises:
            GitError: likewise.
        """
        if not told:
            return self._answer(question, self._start(question), also_fine)
        with TemporaryFile() as file:  # through a pipe it would go in pieces, between which the answer is read
            file.write(told)
            file.seek(0)
            return self._answer(question, self._start(question, file), also_fine)

    def ask_together(self, *questions: Sequence[str], also_fine: int = 0) -> list[bytes]:
        """What git answers to several questions that it is asked at the same time.

        Raises:
            GitError: any of them failed.
        """
        started = []
        try:
            for question in questions:
                started.append(self._start(question))  # noqa: PERF401 - those that were started are ended in any case
            pairs = zip(questions, started, strict=True)
            return [self._answer(question, process, also_fine) for question, process in pairs]
        finally:
            for process in started:
                _end(process)

    def _start(self, question: Sequence[str], told: IO[bytes] | int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - no shell, and no argument that git could take for an option of ours
                [*_GIT, *self._settings, *question],
                cwd=self.folder,
                env={**_environment(), **self._variables},
                stdin=told,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise GitError(f"git cannot be run: {error}") from error

    def _answer(self, question: Sequence[str], process: subprocess.Popen[bytes], also_fine: int) -> bytes:
        try:
            output, complaint = process.communicate(timeout=max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {question[0]} gave no answer within {self._timeout:g} seconds") from error
        finally:
            _end(process)
        if process.returncode not in (0, also_fine):
            said = _first_line(complaint.decode("utf-8", "replace"))
            raise GitError(said or f"git {question[0]} ended with {process.returncode}")
        return output


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave neither a process nor a pipe behind, whatever has become of the question."""
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None and not pipe.closed:
            pipe.close()


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _ANOTHER_REPOSITORY}
    return inherited | _UNATTENDED


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "").removeprefix("fatal: ")
