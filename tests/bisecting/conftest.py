"""Git repositories to search in, as nobody in particular."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from verspan.bisecting.history import GitHistory

Git = Callable[..., str]
_IDENTITY = {f"GIT_{who}_EMAIL": "somebody@example.com" for who in ("AUTHOR", "COMMITTER")} | {
    f"GIT_{who}_NAME": "Somebody" for who in ("AUTHOR", "COMMITTER")
}
_DATES = {f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty repository called `agent`, and no settings of this machine."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "VERSPAN_", "OTEL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    made = Repository(tmp_path / "agent")
    made.folder.mkdir()
    made.git("init", "--quiet", "--initial-branch", "main")
    return made


class Repository:
    """A repository that commits are made in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def history(self) -> GitHistory:
        """As a bisection sees it."""
        return GitHistory(self.folder)

    def git(self, *arguments: str) -> str:
        """What git says."""
        environment = os.environ | _IDENTITY | _DATES
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def commit(self, subject: str, **files: str) -> str:
        """Make a commit with these modules changed; its hash."""
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", subject)
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str) -> str:
        """Merge a branch; the merge's hash."""
        self.git("merge", "--quiet", "--no-ff", "--message", f"Merge {branch}", branch)
        return self.git("rev-parse", "HEAD")

    def state(self) -> tuple[str, ...]:
        """Everything that a bisection must leave alone."""
        asked = ("status", "--porcelain=v2", "--branch"), ("stash", "list"), ("worktree", "list"), ("show-ref",)
        return tuple(self.git(*each) for each in asked) + tuple(
            (self.folder / ".git" / each).read_bytes().hex() for each in ("index", "HEAD")
        )
