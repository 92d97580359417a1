"""An application to be watched: a git repository of its own, its model a server on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.programs import EXAMPLES
from tests.processes import run

import verspan.demo.shop_agent
from verspan.versions.identity import model_id_for

_BIN = Path(sys.executable).parent
_GIT = ("git", "-c", "user.name=Someone", "-c", "user.email=someone@example.com")


@dataclass(frozen=True)
class Application:
    """A folder that an application is run in, and what its environment has."""

    folder: Path
    base_url: str
    """Of the model's API."""

    def commit(self, *files: Path) -> str:
        """Copy files here and commit them; returns the commit's id."""
        for file in files:
            shutil.copy(file, self.folder)
        for command in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", f"--message={self.folder}")):
            subprocess.run((*_GIT, *command), cwd=self.folder, check=True)
        return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=self.folder, text=True).strip()

    def run(self, *command: str, **variables: str) -> None:
        """Run a command to its end, which has to be a good one without a word of complaint."""
        known = {
            "OPENAI_BASE_URL": self.base_url,
            "OPENAI_API_KEY": "demo",
            "NO_PROXY": "127.0.0.1",
            "PATH": os.pathsep.join((str(_BIN), os.environ["PATH"])),
        }
        ended = run(*command, folder=self.folder, **{**known, **variables})
        assert (ended.code, ended.log) == (0, ""), ended

    def run_users_page(self, **variables: str) -> str:
        """Run the user's page; returns the id of its version."""
        commit = self.commit(EXAMPLES / "users_page.py")
        self.run("python", "users_page.py", **variables)
        return model_id_for("my-genai-app", f"customer_support_agent-{commit[:8]}")

    def run_agent(self, version: str, **variables: str) -> str:
        """Run the first of the demo's two agents, as a version of this name; returns the version's id.

        Of its six traces one has a tool between two calls, one is a stream, and one has failed.
        """
        agent = Path(verspan.demo.shop_agent.__file__).parent
        shutil.copy(agent / "agent.py", self.folder)
        shutil.copy(agent / "settings_v1.json", self.folder / "settings.json")
        self.run("python", "agent.py", AGENT_VERSION=version, **variables)
        return model_id_for("kettle-and-leaf", f"customer_support_agent-{version}")
