"""Versions that are named after the state of the code."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import verspan
from verspan.context import active_version
from verspan.store.interface import ModelQuery
from verspan.store.opening import open_store
from verspan.versions import registry
from verspan.versions.model import GitState

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def in_repository(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    """The application is in the repository, and all is captured."""
    monkeypatch.delenv("VERSPAN_CAPTURE")
    monkeypatch.chdir(repository)


def name() -> str:
    """The name of the version of the state that the code is in now."""
    with verspan.enable_git_model_versioning() as context:
        return context.active_model.name


def test_clean(git: Git, repository: Path) -> None:
    """A clean tree has one name on any branch and on none, with a remote and without."""
    short = git(repository, "rev-parse", "--short=7", "HEAD")
    names = {name()}
    git(repository, "switch", "-q", "-c", "it's")
    git(repository, "remote", "add", "origin", "https://example.com/agent.git")
    names.add(name())
    git(repository, "checkout", "-q", "--detach")
    names.add(name())
    assert names == {f"agent-{short}"}


def test_dirty(git: Git, repository: Path) -> None:
    """Each dirty tree of a commit has a name of its own, an untracked file included, and the same one again."""
    short = git(repository, "rev-parse", "--short=7", "HEAD")
    names = []
    for path, content in (("app.py", "1"), ("app.py", "2"), ("new.py", "3"), ("app.py", "1")):
        (repository / path).write_text(content)
        names.append(name())
    (repository / "new.py").unlink()
    names.append(name())
    assert (len(set(names)), names[-1]) == (4, names[0])
    assert all(each.startswith(f"agent-{short}-dirty-") and len(each.rpartition("-")[2]) == 8 for each in names)


def test_active(recording: str, git: Git, repository: Path) -> None:
    """The version is active in the whole process until the end, and its record has the code."""
    git(repository, "remote", "add", "origin", "https://ann:SECRET@example.com/agent.git")
    (repository / "new.py").touch()
    with verspan.enable_git_model_versioning() as context:
        version = active_version()
        assert version is not None
        assert (version.model_id, version.name) == (context.active_model.model_id, context.active_model.name)
    assert active_version() is None
    commit = git(repository, "rev-parse", "HEAD")
    assert context.info == GitState(commit, "main", "https://example.com/agent.git", dirty=True)
    assert registry.flush(30)
    with closing(open_store(recording)) as store:
        (model,) = store.find_models(ModelQuery(name=context.active_model.name))
        (kept,) = store.captures.of(model.model_id)
        code = store.captures.load(kept.capture_id).code
    assert (model.git, model.fingerprint) == (context.info, kept.fingerprint)
    assert code is not None
    assert [each.path for each in code.files] == ["new.py"]


def test_remote(git: Git, repository: Path) -> None:
    """The remote is the one that is asked for, else the branch's."""
    for remote in ("origin", "fork"):
        git(repository, "remote", "add", remote, f"https://example.com/{remote}.git")
    addresses = [
        context.info and context.info.remote_url
        for context in (verspan.enable_git_model_versioning(each) for each in ("origin", "fork", "none"))
    ]
    verspan.disable_git_model_versioning()
    assert addresses == [f"https://example.com/{each}.git" for each in ("origin", "fork", "origin")]


def test_disable() -> None:
    """Switching off takes back what was switched on, and nothing that was named since; twice is once."""
    verspan.enable_git_model_versioning()
    verspan.set_active_model(name="mine")
    verspan.disable_git_model_versioning()
    verspan.disable_git_model_versioning()
    version = active_version()
    assert version is not None
    assert version.name == "mine"


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Without a repository it is the platform's commit, ``service.version``, or the directory alone, which is said."""
    (tmp_path / "tea-house").mkdir()
    monkeypatch.chdir(tmp_path / "tea-house")
    caplog.set_level("INFO", "verspan")
    names = [name()]
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.version=1.2")
    names.append(name())
    monkeypatch.setenv("GIT_COMMIT", "a" * 40)
    names.append(name())
    assert names == ["tea-house", "tea-house-1.2", "tea-house-aaaaaaa"]
    assert [record.getMessage().partition(",")[0] for record in caplog.records] == ["git tells nothing of tea-house"]


def test_before_first_commit(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first commit the files alone tell a state from another."""
    folder = tmp_path / "young"
    folder.mkdir()
    git(folder, "init", "-q")
    monkeypatch.chdir(folder)
    (folder / "app.py").touch()
    first = name()
    (folder / "app.py").write_text("1")
    assert first.startswith("young-dirty-")
    assert name() != first
