"""The life of a record as an application asks for it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import verspan
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.opening import open_store
from verspan.versions import registry
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.life import _last
from verspan.versions.model import GitState, LoggedModel, LoggedModelStatus, SeenFingerprint

Git = Callable[..., str]
pytestmark = pytest.mark.usefixtures("recording")


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    """This process has made no version yet."""
    _last.clear()


def test_external_model() -> None:
    """A version whose code lies elsewhere is READY, and has what it was given; numbers are kept as text."""
    verspan.set_experiment("shop")
    made = verspan.create_external_model(
        "agent-1",
        tags={"team": "search"},
        params={"temperature": 0.7, "stream": True},  # type: ignore[dict-item] # what people write
        model_type="agent",
    )
    now = made.creation_timestamp
    assert made == LoggedModel(
        model_id_for("shop", "agent-1"),
        "agent-1",
        experiment_id_for("shop"),
        "shop",
        now,
        now,
        params={"temperature": "0.7", "stream": "True"},
        tags={"team": "search"},
        model_type="agent",
    )
    assert verspan.get_logged_model(made.model_id) == made == verspan.last_logged_model()
    assert made.model_uri == f"models:/{made.model_id}"


def test_named_by_itself(repository: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name it is the version that the application's folder holds."""
    monkeypatch.chdir(repository)
    assert verspan.create_external_model().name == f"agent-{git(repository, 'rev-parse', '--short', 'HEAD')}"


def test_pending_then_ready() -> None:
    """A version may be described while it is PENDING, and is for good once it is READY."""
    made = verspan.initialize_logged_model("agent", params={"a": "1"})
    verspan.log_model_params({"a": "2"}, made.model_id)
    ready = verspan.finalize_logged_model(made.model_id, "READY")
    assert (made.status, ready.status, ready.params) == (LoggedModelStatus.PENDING, LoggedModelStatus.READY, {"a": "2"})
    with pytest.raises(InvalidArgumentError, match="cannot become '3': the version is READY"):
        verspan.log_model_params({"a": "3"}, made.model_id)
    with pytest.raises(InvalidArgumentError, match="is READY and does not become FAILED"):
        verspan.finalize_logged_model(made.model_id, LoggedModelStatus.FAILED)
    with pytest.raises(InvalidArgumentError, match="finalized as READY or FAILED, and not as 'DONE'"):
        verspan.finalize_logged_model(made.model_id, "DONE")


def test_pending_and_active() -> None:
    """To make a version active that is PENDING leaves it so."""
    made = verspan.initialize_logged_model("agent")
    with verspan.set_active_model(name="agent") as active:
        assert active.model_id == made.model_id
    assert registry.flush(30)
    assert verspan.get_logged_model(made.model_id).status is LoggedModelStatus.PENDING


def test_made_then_active(repository: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that was made before its version is active gets the state of git then, and keeps what it has."""
    monkeypatch.chdir(repository)
    made = verspan.create_external_model("agent", params={"a": "1"})
    assert made.git is None
    verspan.set_active_model(name="agent")
    state = GitState(git(repository, "rev-parse", "HEAD"), "main", None, dirty=False)
    assert verspan.get_logged_model(made.model_id) == replace(made, git=state)


def test_deleted_and_restored() -> None:
    """A deleted version is found where it is asked for as such, and nowhere else; restoring it undoes that."""
    made = verspan.create_external_model("agent")
    deleted = verspan.delete_logged_model("agent")
    with pytest.raises(NotFoundError, match=r"is deleted: verspan.restore_logged_model\('m-"):
        verspan.get_logged_model(made.model_id)
    with pytest.raises(NotFoundError, match="no version has a name or an id that is 'agent'"):
        verspan.get_logged_model("agent")
    assert verspan.get_logged_model(made.model_id, allow_deleted=True) == deleted == verspan.last_logged_model()
    assert verspan.search_logged_models() == []
    assert verspan.restore_logged_model("agent") == verspan.get_logged_model("agent")


def test_deleted_and_used(caplog: pytest.LogCaptureFixture) -> None:
    """Who runs a deleted version is told, and it is recorded all the same."""
    made = verspan.create_external_model("agent")
    verspan.delete_logged_model(made.model_id)
    registry._recorder._known.clear()  # as in another process
    verspan.set_active_model(name="agent")
    assert registry.flush(30)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == (
        "The version agent is deleted: it is recorded all the same, and lists leave it out. "
        f"`verspan models restore {made.model_id}` shows it again."
    )


def test_other_parameters(caplog: pytest.LogCaptureFixture) -> None:
    """Other values under the same name are worth one warning, leave both fingerprints and change no parameter."""
    verspan.create_external_model("agent", params={"a": "1"})
    again = []
    for _ in range(2):
        registry.flush(30)
        again.append(verspan.create_external_model("agent", params={"a": "2"}))
    assert [(kept.params, len(kept.fingerprints)) for kept in again] == [({"a": "1"}, 2)] * 2
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert line.startswith("The version agent has been recorded with another state of its code or parameters before")


def test_other_code(repository: Path, recording: str) -> None:
    """A process that runs other code under a name is told once, and the record has both fingerprints."""
    script = "import verspan; verspan.set_active_model(name='agent'); verspan.flush(30)"
    environment = {**os.environ, "VERSPAN_STORE": recording, "VERSPAN_CAPTURE": "full"}
    told = []
    for content in ("first", "first", "second", "second"):
        (repository / "app.py").write_text(content)
        command = [sys.executable, "-c", script]
        ended = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=True)
        told.append("recorded with another state of its code" in ended.stderr)
    kept = verspan.get_logged_model("agent")
    assert told == [False, False, True, False]
    assert len(kept.fingerprints) == 2
    assert kept.fingerprint == kept.fingerprints[-1].fingerprint
    assert kept.capture_id is not None


def test_same_state(caplog: pytest.LogCaptureFixture, recording: str) -> None:
    """A hundred replicas of one state are no reason for a warning, whenever they come."""
    identity = (model_id_for("shop", "v1"), "v1", experiment_id_for("shop"), "shop")
    with closing(open_store(recording)) as store:
        kept = [store.upsert_model(LoggedModel(*identity, at, at, fingerprint="f")) for at in (5, 3, 9)]
    assert kept[-1].fingerprints == (SeenFingerprint("f", 3),)
    assert caplog.records == []


def test_nothing_made_yet() -> None:
    """A process that has made no version has no last one."""
    assert verspan.last_logged_model() is None


def test_no_store(recording: str) -> None:
    """To read a version where nothing is recorded is an error that says how to begin, and makes no store."""
    with pytest.raises(verspan.VerspanError, match="there is no store at"):
        verspan.get_logged_model("agent")
    assert not Path(recording.removeprefix("sqlite:///")).exists()


def test_whole_names_only() -> None:
    """A program names a version by its id, its whole name, or an alias, and never by a beginning."""
    made = verspan.create_external_model("agent-1")
    verspan.set_logged_model_alias("agent-1", "champion")
    for given in (made.model_id, made.model_uri, "agent-1", "Default@champion", "@champion"):
        assert verspan.get_logged_model(given).model_id == made.model_id
    for given in ("agent", made.model_id[:10], "Other@champion", "@other", "", "@"):
        with pytest.raises(NotFoundError, match="no version has a name or an id that is"):
            verspan.get_logged_model(given)
    with pytest.raises(InvalidArgumentError, match="a version is named by text, and not by bytes"):
        verspan.get_logged_model(b"agent-1")  # type: ignore[arg-type] # what is refused


def test_same_name_elsewhere() -> None:
    """A name that several experiments have means the version of the current one."""
    for experiment in ("shop", "bank"):
        verspan.create_external_model("agent", experiment_name=experiment)
    with pytest.raises(NotFoundError, match="'agent' may be any of these versions"):
        verspan.get_logged_model("agent")
    verspan.set_experiment("bank")
    assert verspan.get_logged_model("agent").experiment_name == "bank"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"name": "x" * 10_000_000}, "the version name 'xxxxxxxxxxxxxxxxxxxx'… has 10000000 characters"),
        ({"name": "a\0b"}, "the version name 'a\\x00b' has characters that control a terminal"),
        ({"name": 7}, "the version name is int and not text"),
        ({"name": "a", "tags": {"k": "x" * 10_000_000}}, "the tag 'k' has 10000000 characters, and 8000 is the most"),
        ({"name": "a", "tags": {"k": "a\0"}}, "the tag 'k' has a NUL character"),
        ({"name": "a", "tags": {"k": "\ud800"}}, "the tag 'k' has a NUL character or half a character"),
        ({"name": "a", "tags": {7: "a"}}, "the tag's name is int and not text"),
        ({"name": "a", "tags": ["k"]}, "the tags are list and not a dictionary"),
        ({"name": "a", "tags": dict.fromkeys(map(str, range(1001)), "")}, "there are 1001 tags, and 1000 are the most"),
        ({"name": "a", "params": {"k": {"a": 1}}}, "the parameter 'k' is dict and not text"),
        ({"name": "a", "params": {"k": b"a"}}, "the parameter 'k' is bytes and not text"),
        ({"name": "a", "params": {"k": None}}, "the parameter 'k' is NoneType and not text"),
        ({"name": "a", "params": {"k": 10**5000}}, "the parameter 'k' is int and not text"),
        ({"name": "a", "params": {"k": "x" * 6001}}, "the parameter 'k' has 6001 characters, and 6000 is the most"),
        ({"name": "a", "params": {"": "x"}}, "the parameter's name is empty"),
        ({"name": "a", "experiment_name": "\n"}, "the experiment name is empty"),
        ({"name": "a", "model_type": 7}, "the model_type is int and not text"),
    ],
)
def test_refused(arguments: dict[str, object], problem: str, recording: str) -> None:
    """What cannot be kept is refused by one short message, and nothing is kept of it."""
    for make in (verspan.create_external_model, verspan.initialize_logged_model):
        with pytest.raises(InvalidArgumentError) as error:
            make(**arguments)  # type: ignore[arg-type] # what is refused
        assert str(error.value).startswith(problem)
        assert len(str(error.value)) < 300
    assert not Path(recording.removeprefix("sqlite:///")).exists()


def test_told_of() -> None:
    """Who receives telemetry is told of a record when it is made and at each change, with what it is then."""
    told: list[LoggedModel] = []

    class Announcer:
        def announce(self, model: LoggedModel) -> None:
            told.append(model)

    registry.configure_announcing(Announcer())
    made = verspan.initialize_logged_model("agent")
    assert registry.flush(30)
    tagged = verspan.set_logged_model_tags(made.model_id, {"a": "b"})
    assert registry.flush(30)
    ready = verspan.finalize_logged_model(made.model_id, "READY")
    assert registry.flush(30)
    assert told == [made, tagged, ready]


def test_light() -> None:
    """To have these calls at hand loads neither SQLAlchemy nor the SDK."""
    script = "import verspan, sys; verspan.create_external_model, verspan.search_logged_models; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert {"sqlalchemy", "opentelemetry.sdk"}.isdisjoint(loaded)
