"""Captures of this process, and the records of versions that they belong to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from verspan.store.interface import ModelQuery
from verspan.store.opening import open_store
from verspan.versions import active, registry
from verspan.versions.capture.model import Capture, CodeState, KeptCapture
from verspan.versions.capture.taking import take_capture
from verspan.versions.model import LoggedModel

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def full(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    """All is captured, in the repository."""
    monkeypatch.delenv("VERSPAN_CAPTURE")
    monkeypatch.chdir(repository)


def seen(url: str, name: str) -> tuple[LoggedModel, list[KeptCapture], list[Capture]]:
    """A version's record and the states that it was seen in."""
    assert registry.flush(30)
    with closing(open_store(url)) as store:
        (model,) = store.find_models(ModelQuery(name=name))
        kept = list(store.captures.of(model.model_id))
        return model, kept, [store.captures.load(each.capture_id) for each in kept]


def test_modes(monkeypatch: pytest.MonkeyPatch, git: Git, repository: Path) -> None:
    """All is captured, or the code alone, or nothing."""
    (repository / "requirements.txt").touch()
    full = take_capture()
    assert full is not None
    assert full.code is not None
    assert (full.code.commit, full.dependencies.lock is not None) == (git(repository, "rev-parse", "HEAD"), True)
    monkeypatch.setenv("VERSPAN_CAPTURE", "git")
    assert take_capture() == Capture(full.code)
    monkeypatch.setenv("VERSPAN_CAPTURE", "off")
    assert take_capture() is None


def test_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a repository the platform's commit counts, then ``service.version``, then nothing is known."""
    monkeypatch.setenv("VERSPAN_CAPTURE", "git")
    monkeypatch.chdir(tmp_path)
    assert take_capture() == Capture(None)
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=tea,service.version=1.2%2B3")
    assert take_capture() == Capture(CodeState(None, description="1.2+3", tree_read=False))
    monkeypatch.setenv("GIT_COMMIT", "a" * 40)
    assert take_capture() == Capture(CodeState("a" * 40, description="1.2+3", tree_read=False))


def test_unreadable(repository: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A repository that git cannot read is said, and what else there is is captured."""
    (repository / ".git" / "HEAD").write_text("nonsense")
    capture = take_capture()
    assert capture is not None
    assert (capture.code, capture.dependencies.packages != {}) == (None, True)
    assert len(caplog.records) == 1


def test_recorded(recording: str, repository: Path) -> None:
    """A version that is named is captured in the background, and its record has the capture's fingerprint."""
    (repository / "app.py").write_text("print(1)\n")
    active.set_active_model(name="agent")
    model, kept, captures = seen(recording, "agent")
    assert [each.fingerprint for each in kept] == [each.fingerprint for each in captures] == [model.fingerprint]
    assert captures[0].code is not None
    assert [each.path for each in captures[0].code.files] == ["app.py"]


def test_store_in_the_tree(repository: Path) -> None:
    """A store that lies in the tree and is not ignored does not make the tree dirty."""
    url = f"sqlite:///{repository / 'verspan.db'}"
    registry.configure_recording(url)
    for name in ("one", "two"):
        active.set_active_model(name=name)
        assert registry.flush(30)
    states = [seen(url, name) for name in ("one", "two")]
    assert [captures[0].code.dirty for _, _, captures in states if captures[0].code] == [False, False]
    assert len({model.fingerprint for model, _, _ in states}) == 1


def test_another_state(recording: str, repository: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The same name in another state is a second fingerprint, a second capture, and a warning."""
    active.set_active_model(name="agent")
    assert registry.flush(30)
    (repository / "app.py").write_text("print(1)\n")
    registry._recorder._known.clear()  # as another process begins
    active.set_active_model(name="agent")
    model, kept, _ = seen(recording, "agent")
    assert (len(model.fingerprints), len(kept)) == (2, 2)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "agent has been recorded with another state of its code" in caplog.records[0].getMessage()


def test_off(recording: str, monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    """Where nothing is captured the record still has the commit."""
    monkeypatch.setenv("VERSPAN_CAPTURE", "off")
    active.set_active_model(name="agent")
    model, kept, _ = seen(recording, "agent")
    assert model.git is not None
    assert (model.git.branch, model.fingerprint, kept) == ("main", None, [])
