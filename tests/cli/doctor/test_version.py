"""What the doctor says of the version that spans would belong to, in real repositories."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from verspan.cli.doctor.findings import Finding, Level
from verspan.cli.doctor.version import check_version


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, tagged v1."""
    folder = tmp_path / "shop"
    folder.mkdir()
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (
        ["init", "-q", "-b", "main"],
        [*identity, "commit", "-q", "--allow-empty", "-m", "first"],
        ["tag", "v1"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_repository(repository: Path) -> None:
    """In a repository the version is named after the folder and what git says, with the state of the code."""
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=repository, text=True)[:8]
    named = "Spans belong to shop-v1 of experiment Default, unless the application names another."
    assert check_version(repository) == [
        Finding("version", "name", Level.OK, named),
        Finding("version", "code", Level.OK, f"Its code is main@{commit}, remote none."),
    ]


def test_environment(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment names counts before what git says."""
    monkeypatch.setenv("VERSPAN_ACTIVE_MODEL", "v7")
    monkeypatch.setenv("VERSPAN_EXPERIMENT_NAME", "blog")
    named = "Spans belong to v7 (as the environment says) of experiment blog, unless the application names another."
    assert check_version(repository)[0] == Finding("version", "name", Level.OK, named)


def test_no_repository(tmp_path: Path) -> None:
    """Outside a repository versions have no commit, which is a warning with the way out."""
    remedy = "git init, or name versions: verspan.set_active_model(name=…)."
    message = "The folder is in no git repository: versions have no commit."
    assert check_version(tmp_path)[1] == Finding("version", "code", Level.WARNING, message, remedy)


def test_broken_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What git cannot read is a warning, not a failure."""
    monkeypatch.setenv("PATH", "/nowhere")
    findings = check_version(repository)
    assert [finding.level for finding in findings] == [Level.OK, Level.OK, Level.WARNING]
    assert findings[2].message.startswith(f"git cannot read the repository {repository}")
