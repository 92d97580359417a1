"""What tests of versions share: a process that knows nothing yet, git repositories, a store."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from verspan import context
from verspan.versions import registry
from verspan.versions.platforms import PLATFORMS

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No version, no experiment and no recording, before and after."""
    monkeypatch.delenv("VERSPAN_ACTIVE_MODEL", raising=False)
    monkeypatch.delenv("VERSPAN_EXPERIMENT_NAME", raising=False)
    monkeypatch.setenv("VERSPAN_CAPTURE", "off")  # what is captured has tests of its own
    for platform in PLATFORMS:
        monkeypatch.delenv(platform.commit, raising=False)
    registry.configure_recording(None)
    yield
    assert registry.flush(30)
    registry._recorder._known.clear()
    registry.configure_recording(None)
    registry.configure_announcing(None)
    context._state.put()
    context.set_current_experiment(None)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """Where a store may be made."""
    return f"sqlite:///{tmp_path / 'store' / 'verspan.db'}"


@pytest.fixture
def recording(store_url: str) -> str:
    """Records of this process are kept at this URL."""
    registry.configure_recording(store_url)
    return store_url


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git as nobody in particular, in a folder, with no settings of this machine."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    identity = {
        f"GIT_{who}_{what}": "somebody@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    fixed = {f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")}

    def run(folder: Path, *arguments: str) -> str:
        environment = os.environ | identity | fixed
        ended = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, check=True)
        return ended.stdout.decode().strip()

    return run


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Path:
    """A repository called `agent`, on the branch `main`, with one commit of one file."""
    folder = tmp_path / "agent"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "app.py").write_text("print()\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    return folder
