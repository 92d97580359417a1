"""`verspan.diff`, of versions as they are recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.diffing.agents import EXPERIMENT, record_agents, record_bare

import verspan
from verspan.diffing.model import Changed, Part, Untold
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.versions import registry
from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import Capture
from verspan.versions.identity import model_id_for
from verspan.versions.model import GitState

Git = Callable[..., str]


@pytest.fixture
def store(tmp_path: Path, git: Git, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store with two versions of an agent, which this process records in; it runs in their repository."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    opened = open_store(url, create=True)
    record_agents(opened, git, repository)
    registry.configure_recording(url)
    monkeypatch.chdir(repository)
    yield opened
    registry.configure_recording(None)
    opened.close()


@pytest.mark.usefixtures("store")
def test_versions() -> None:
    """Two versions are compared in every part, by whatever names them."""
    diff = verspan.diff("agent-v1", model_id_for(EXPERIMENT, "agent-v2"))
    assert diff.same is False
    assert diff.params
    assert diff.params.changed == {"temperature": Changed("0.7", "0.2")}
    assert diff.dependencies
    assert diff.dependencies.upgraded == {"openai": Changed("1.40.0", "1.52.0")}
    assert diff.code
    assert [file.path for file in diff.code.files] == ["app.py", "notes.md"]
    assert diff.entry_point
    assert diff.entry_point.added == {"arguments": "--fast"}
    assert diff.prompts
    assert [(change.before.version, change.after.version) for change in diff.prompts.changed] == [(1, 2)]
    assert (diff.environment and diff.environment.same, diff.untold) == (True, [])


def test_records(store: Store) -> None:
    """A version may be given as its record, and does not differ from itself."""
    model = store.get_model(model_id_for(EXPERIMENT, "agent-v2"))
    assert model
    diff = verspan.diff(model, model)
    assert (diff.same, diff.untold) == (True, [])


@pytest.mark.usefixtures("store")
def test_only() -> None:
    """What is not asked for is not compared, and a part that there is not is refused."""
    diff = verspan.diff("agent-v1", "agent-v2", only=["environment"])
    assert (diff.same, diff.code, diff.params) == (True, None, None)
    with pytest.raises(InvalidArgumentError, match="what can be compared is code, params, calls, prompts"):
        verspan.diff("agent-v1", "agent-v2", only=["cost"])


@pytest.mark.usefixtures("store")
def test_working_tree(repository: Path) -> None:
    """A dot is the working tree as it is: what differs is what is not recorded yet."""
    untouched = verspan.diff("agent-v2", ".", only=["code"])
    assert (untouched.same, untouched.untold) == (True, [])
    (repository / "app.py").write_text("print('best')\n")
    diff = verspan.diff("agent-v2", ".")
    assert diff.code
    assert [file.path for file in diff.code.files] == ["app.py"]
    assert (diff.after.label, diff.after.model, diff.after.figures) == ("working tree", None, None)
    assert (diff.params, diff.entry_point, diff.untold) == (None, None, [])
    assert diff.dependencies


@pytest.mark.usefixtures("store")
def test_no_such_version() -> None:
    """A version that there is not is named."""
    with pytest.raises(NotFoundError, match="agent-v9"):
        verspan.diff("agent-v1", "agent-v9")


@pytest.mark.usefixtures("store")
def test_no_repository(tmp_path: Path) -> None:
    """A folder that is said to be in the repository must be in one."""
    with pytest.raises(InvalidArgumentError, match="is in no git repository"):
        verspan.diff("agent-v1", "agent-v2", repository=tmp_path)


def test_only_the_commit_is_known(store: Store, repository: Path, git: Git) -> None:
    """Of a clean commit without a capture the code is known, and the rest is said not to be."""
    commit = git(repository, "rev-parse", "HEAD~1")
    record_bare(store, "clean", GitState(commit, "main", dirty=False))
    diff = verspan.diff("agent-v1", "clean", only=["code", "dependencies"])
    assert diff.code
    assert (diff.code.same, diff.same) == (True, None)
    assert diff.untold == [Untold(Part.DEPENDENCIES, "clean: was not captured (VERSPAN_CAPTURE=full does it)")]


def test_unknown_whether_dirty(store: Store, repository: Path, git: Git) -> None:
    """Of a commit that only the platform told, it is said that its files may have differed."""
    commit = git(repository, "rev-parse", "HEAD")
    record_bare(store, "platform", GitState(commit, "main"))
    diff = verspan.diff("agent-v2", "platform", only=["code"])
    reason = f"platform: whether its files differed from {commit[:8]} is not known"
    assert diff.untold == [Untold(Part.CODE, reason)]


def test_several_states(store: Store, repository: Path) -> None:
    """Of a version that was seen in several states the newest is compared, and that is said."""
    (repository / "notes.md").write_text("Measured.\n")
    store.captures.keep(model_id_for(EXPERIMENT, "agent-v2"), Capture(read_code(repository, 1 << 30)))
    diff = verspan.diff("agent-v2", ".", only=["code"])
    assert diff.code
    assert diff.code.same
    reason = "agent-v2: it was seen in 2 states, of which the newest is compared"
    assert diff.untold == [Untold(Part.CODE, reason)]
