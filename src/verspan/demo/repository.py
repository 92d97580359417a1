"""The demo's little git repository: made anew by each run, and never in place of anything that is not the demo's."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from verspan.errors import VerspanError

EXPERIMENT = "kettle-and-leaf"
MODEL_NAME = "customer_support_agent"
"""What the agent calls its versions, before the dash and the commit."""

_MADE_BY_TOOLS = {".git", ".verspan"}
_SHORT_COMMIT = 8
_GIT_ENVIRONMENT = {
    # Nothing of the machine's configuration (signing, hooks, line ends) has a say in the demo, and the dates are fixed:
    # so the commits, and with them the versions' names and ids, are the same wherever and whenever it runs.
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Verspan demo",
    "GIT_AUTHOR_EMAIL": "demo@example.com",
    "GIT_AUTHOR_DATE": "2026-01-05T09:00:00Z",
    "GIT_COMMITTER_NAME": "Verspan demo",
    "GIT_COMMITTER_EMAIL": "demo@example.com",
    "GIT_COMMITTER_DATE": "2026-01-05T09:00:00Z",
}


@dataclass(frozen=True)
class AgentVersion:
    """One of the two states of the agent."""

    label: str
    """Its name where git gives none."""
    settings_file: str
    message: str
    """Of its commit."""

    @property
    def request_model(self) -> str:
        """The model that it asks."""
        return str(json.loads(_packaged(self.settings_file))["model"])


VERSIONS = (
    AgentVersion("v1", "settings_v1.json", "Answer customers"),
    AgentVersion("v2", "settings_v2.json", "Answer in two sentences, by a model that can answer at length"),
)


class Repository:
    """A folder with the agent in it, under git where git is there.

    Args:
        folder: where it is made; what an earlier demo made there is replaced.

    Raises:
        VerspanError: the folder cannot be written, or holds something that is not the demo's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder.with_name(f"{folder.name}.json")
        try:
            self._clear()
            folder.mkdir(parents=True)
            # The folder around may lie in somebody's repository, where the demo's is not to be committed.
            (folder.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise VerspanError(
                f"The demo cannot write {folder}: {error.strerror}. Run it in a folder that you may write to."
            ) from error
        self.git_problem = self._start_git()
        """Why the versions are not commits; None where they are."""

    def check_in(self, version: AgentVersion) -> str:
        """Put a version into the folder and commit it.

        Returns:
            What tells it from others: its commit, in eight digits, or its label where there is no git.
        """
        contents = {"agent.py": _packaged("agent.py"), "settings.json": _packaged(version.settings_file)}
        self._record.write_text(json.dumps({name: _digest(text) for name, text in contents.items()}), encoding="utf-8")
        for name, text in contents.items():
            (self.folder / name).write_bytes(text)
        if self.git_problem is not None:
            return version.label
        self._git("add", *contents)
        self._git("commit", "--quiet", "--message", version.message)
        return self._git("rev-parse", "HEAD")[:_SHORT_COMMIT]

    def _clear(self) -> None:
        if not self.folder.exists():
            return
        strangers = self._strangers()
        if strangers:
            raise VerspanError(
                f"{self.folder} holds what the demo did not write: {', '.join(strangers)}. "
                "Move the folder away, or run the demo elsewhere; it replaces nothing of yours."
            )
        shutil.rmtree(self.folder)

    def _strangers(self) -> list[str]:
        """Files in the folder that are not as the demo left them."""
        try:
            written: dict[str, str] = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            written = {}
        return sorted(path.name for path in self.folder.iterdir() if not _left_by_demo(path, written))

    def _start_git(self) -> str | None:
        try:
            self._git("-c", "init.defaultBranch=main", "init", "--quiet")
        except FileNotFoundError:
            return "There is no git on this machine"
        except (OSError, subprocess.CalledProcessError) as error:
            return f"Git does not work here ({error})"
        return None

    def _git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        environment = {**without_git_settings(os.environ), **_GIT_ENVIRONMENT}
        done = subprocess.run(  # noqa: S603 - git is found on the PATH as people find it
            command, cwd=self.folder, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()


def without_git_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without git's own variables, which a hook sets and which lead to another repository."""
    return {name: value for name, value in environment.items() if not name.startswith("GIT_")}


def _left_by_demo(path: Path, written: Mapping[str, str]) -> bool:
    if path.name in _MADE_BY_TOOLS:
        return True
    return path.is_file() and written.get(path.name) == _digest(path.read_bytes())


def _packaged(name: str) -> bytes:
    return (files("verspan.demo.shop_agent") / name).read_bytes()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
