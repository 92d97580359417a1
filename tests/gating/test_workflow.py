"""The workflows in examples/ci: their commands, run in order in a repository with a base and a branch."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from verspan.demo.api_server import DemoApi

CI = Path(__file__).parents[2] / "examples" / "ci"
INSTALLS = "pip install 'verspan[compare,openai]'"
WORSE = ('message.content or ""', 'message.content[:30] or ""')
_GH = """#!/bin/sh
echo "$@" > "$GH_SAID"
"""


def workflow() -> dict[str, Any]:
    """GitHub's."""
    found: dict[str, Any] = yaml.safe_load((CI / "evaluate.yml").read_text(encoding="utf-8"))
    return found


def commands(job: str) -> list[str]:
    """The commands of a job of GitHub's workflow, step by step."""
    return [step["run"] for step in workflow()["jobs"][job]["steps"] if "run" in step]


@dataclass(frozen=True)
class Checkout:
    """A repository as a runner has it: the branch is checked out, the base is in its history."""

    folder: Path
    base: str
    head: str
    environment: dict[str, str]

    def run(self, steps: Sequence[str]) -> list[int]:
        """Run steps as GitHub's runners do, whatever the one before came to; returns their exit codes."""
        return [self._run(step) for step in steps if step.strip() != INSTALLS]

    def _run(self, step: str) -> int:
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step]
        return subprocess.run(shell, cwd=self.folder, env=self.environment, check=False).returncode


def git(folder: Path, *arguments: str) -> str:
    """What git says."""
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def api() -> Iterator[DemoApi]:
    """The local server that answers."""
    with DemoApi() as running:
        yield running


def checked_out(folder: Path, api: DemoApi, change: tuple[str, str]) -> Checkout:
    """A repository with the example in its base, and a branch that changes the application."""
    shutil.copytree(CI, repository := folder / "repository", ignore=shutil.ignore_patterns("__pycache__"))
    (repository / ".gitignore").write_text(".verspan/\nreport/\n__pycache__/\n", encoding="utf-8")
    git(repository, "init", "--quiet")
    for message in ("The base", "The branch"):
        git(repository, "add", ".")
        git(repository, "commit", "--quiet", "-m", message)
        if message == "The base":
            source = (repository / "support.py").read_text(encoding="utf-8")
            assert change[0] in source
            (repository / "support.py").write_text(source.replace(*change), encoding="utf-8")
    base, head = git(repository, "rev-parse", "HEAD~"), git(repository, "rev-parse", "HEAD")
    (folder / "bin").mkdir()
    (folder / "bin" / "gh").write_text(_GH, encoding="utf-8")
    (folder / "bin" / "gh").chmod(0o755)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "VERSPAN_"))}
    environment = {
        **inherited,
        "PATH": os.pathsep.join((str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"])),
        "OPENAI_BASE_URL": api.base_url,
        "OPENAI_API_KEY": "demo",
        "BASE": base,
        "HEAD": head,
        "VERSPAN_STORE": str(repository / ".verspan" / "verspan.db"),
        "GITHUB_WORKSPACE": str(repository),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_REPOSITORY": "shop/support",
        "GH_SAID": str(folder / "gh.txt"),
        "NUMBER": "17",
        "CI_PROJECT_DIR": str(repository),
    }
    return Checkout(repository, base, head, environment)


def test_github_fails_a_regression(tmp_path: Path, api: DemoApi) -> None:
    """A branch that answers worse fails at the gate, and the verdict is in the summary and in the comment."""
    checkout = checked_out(tmp_path, api, WORSE)
    assert checkout.run(commands("evaluate")) == [0, 0, 1, 0]
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith(f"## Fail: `support-{checkout.base[:8]}` → `support-{checkout.head[:8]}`")
    assert sorted(path.name for path in (checkout.folder / "report").iterdir()) == [
        "comment.md",
        "junit.xml",
        "report.html",
    ]
    assert checkout.run(commands("comment")) == [0]
    said = (tmp_path / "gh.txt").read_text(encoding="utf-8")
    assert said.startswith("pr comment 17 --repo shop/support --body-file comment.md")


def test_gitlab_passes_what_is_as_good(tmp_path: Path, api: DemoApi) -> None:
    """A branch that answers the same passes; GitLab's job runs the same commands."""
    job = yaml.safe_load((CI / "gitlab.yml").read_text(encoding="utf-8"))["evaluate"]
    checkout = checked_out(tmp_path, api, ('"""Answer a customer."""', '"""Answer a customer, as before."""'))
    assert set(checkout.run(job["script"])) == {0}
    assert "## Pass" in (checkout.folder / "report" / "comment.md").read_text(encoding="utf-8")


def test_rights() -> None:
    """No job has more rights than it needs, each action is pinned by its major version, and no key stands in a file."""
    found = workflow()
    assert found["permissions"] == {}
    assert {name: job["permissions"] for name, job in found["jobs"].items()} == {
        "evaluate": {"contents": "read"},
        "comment": {"pull-requests": "write"},
    }
    actions = [step["uses"] for job in found["jobs"].values() for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in actions)
    assert all("${{" not in step for job in found["jobs"] for step in commands(job))  # values come by the environment
