"""The story's repository: a support agent, changed eight times, once for the worse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from verspan.demo.repository import without_git_settings

BEGUN = Path(__file__).with_name("agent")
_WHO = {"NAME": "Verspan story", "EMAIL": "story@example.com"}


@dataclass(frozen=True)
class Change:
    """What one commit changes."""

    subject: str
    day: int
    """Of January 2026."""
    settings: Mapping[str, Any]
    """Of the agent, those that change."""
    files: Mapping[str, str]
    """Other files that it writes, whole."""


KIND = "You answer the customers of Kettle & Leaf, a tea shop. Be kind and complete."
BRIEF = "You answer the customers of Kettle & Leaf, a tea shop. Be kind and brief: two sentences."
CULPRIT = "Save tokens: ask for brief answers"
CHANGES = (
    Change("Answer customers", 5, {"model": "gpt-4o-mini", "temperature": 0.7, "system_prompt": KIND}, {}),
    Change("Say what this is", 6, {}, {"README.md": "# The support agent of Kettle & Leaf\n"}),
    Change("Leave less to chance", 7, {"temperature": 0.2}, {}),
    Change("Ask the newer model", 8, {"model": "gpt-4.1-mini"}, {}),
    Change("Say who to ask", 9, {}, {"OWNERS": "The shop team\n"}),
    Change(CULPRIT, 12, {"system_prompt": BRIEF}, {}),
    Change("Leave nothing to chance", 13, {"temperature": 0.0}, {}),
    Change("Say what it needs", 14, {}, {"requirements.txt": "openai>=2\n"}),
)


class Repository:
    """The folder that the story takes place in, under git; what an earlier telling left there is replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._settings: dict[str, Any] = {}
        told_before = folder / ".verspan" / "story"
        if folder.exists() and not told_before.exists():
            sys.exit(
                f"{folder} is not the story's, which replaces nothing of yours: name a folder that is not there yet"
            )
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(BEGUN, folder, ignore=shutil.ignore_patterns("__pycache__"))
        told_before.parent.mkdir()
        told_before.touch()
        (folder / "agent.py").write_bytes((files("verspan.demo.shop_agent") / "agent.py").read_bytes())
        (folder / ".gitignore").write_text(".verspan/\n__pycache__/\nreport.html\ncomment.md\n", encoding="utf-8")
        self._git(CHANGES[0], "-c", "init.defaultBranch=main", "init", "--quiet")

    def commit(self, change: Change) -> str:
        """Make a commit.

        Returns:
            Its hash.
        """
        self._settings |= change.settings
        written = {**change.files, "settings.json": json.dumps(self._settings, indent=2) + "\n"}
        for name, text in written.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self._git(change, "add", "--all")
        self._git(change, "commit", "--quiet", "--message", change.subject)
        return self._git(change, "rev-parse", "HEAD")

    def _git(self, change: Change, *arguments: str) -> str:
        # Neither settings of this machine nor the clock has a say: the commits are the same wherever this runs.
        environment = {
            **without_git_settings(os.environ),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": told for who in ("AUTHOR", "COMMITTER") for what, told in _WHO.items()},
            **{f"GIT_{who}_DATE": f"2026-01-{change.day:02}T09:00:00Z" for who in ("AUTHOR", "COMMITTER")},
        }
        done = subprocess.run(  # noqa: S603 - no shell, and words of this file
            ["git", *arguments],  # noqa: S607 - git is found on the PATH as people find it
            cwd=self.folder,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()
