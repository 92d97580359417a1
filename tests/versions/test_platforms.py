"""The code's origin by the variables of platforms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from verspan.versions import application
from verspan.versions.application import application_git_state, application_head, automatic_state
from verspan.versions.model import GitState
from verspan.versions.platforms import PLATFORMS, Platform, platform_git_state

Git = Callable[..., str]
COMMIT = "5cf0" * 10
VERSIONS_PAGE = Path(__file__).parents[2] / "docs" / "versions.md"


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_each(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each platform's variables are read, and stand on the page about versions."""
    names = [name for name in (platform.commit, platform.branch, *platform.repository) if name is not None]
    for name in names:
        monkeypatch.setenv(name, COMMIT if name == platform.commit else name.lower())
    url = "/".join(name.lower() for name in platform.repository) or None
    assert platform_git_state() == GitState(COMMIT, platform.branch and platform.branch.lower(), url)
    page = VERSIONS_PAGE.read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in page] == []


def test_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that holds a token loses it."""
    monkeypatch.setenv("GIT_COMMIT", COMMIT.upper())
    monkeypatch.setenv("GIT_URL", "https://oauth2:TOKEN@example.com/agent.git")
    assert platform_git_state() == GitState(COMMIT, None, "https://example.com/agent.git")


@pytest.mark.parametrize("said", ["", "unknown", "5cf0", "HEAD", COMMIT * 2])
def test_no_commit(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no commit is not taken for one, and the next platform is asked."""
    monkeypatch.setenv("GITHUB_SHA", said)
    assert platform_git_state() is None
    monkeypatch.setenv("GIT_COMMIT", COMMIT)
    assert platform_git_state() == GitState(COMMIT)


def test_repository_comes_first(git: Git, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a repository it counts, and where there is none the platform does."""
    monkeypatch.setenv("GITHUB_SHA", COMMIT)
    outside = repository.parent
    monkeypatch.setattr(application, "application_folder", lambda: repository)
    head = git(repository, "rev-parse", "HEAD")
    assert application_git_state() == GitState(head, "main", None, dirty=False)
    assert application_head() == GitState(head, "main", None)
    monkeypatch.setattr(application, "application_folder", lambda: outside)
    assert application_git_state() == application_head() == GitState(COMMIT)


def test_automatic_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that nobody names, in an image without a repository, is told from others by the platform's commit."""
    monkeypatch.setenv("RENDER_GIT_COMMIT", COMMIT)
    state = automatic_state(tmp_path)
    assert (state.name, state.git) == (f"{tmp_path.name}-{COMMIT[:7]}", GitState(COMMIT))
