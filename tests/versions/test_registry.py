"""Records of versions: written once, in the background, whatever becomes of the process or the store."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from verspan.store.opening import open_store
from verspan.versions import active, life, registry
from verspan.versions.capture.model import CodeState, ReadState
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel
from verspan.versions.recorder import Recorder

Git = Callable[..., str]
NOWHERE = "m-" + "0" * 32


def kept_at(url: str) -> dict[str, LoggedModel]:
    """The versions in a store, by name."""
    assert registry.flush(30)
    with closing(open_store(url)) as store:
        from verspan.store.interface import ModelQuery

        return {model.name: model for model in store.find_models(ModelQuery())}


def run(script: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A Python process of its own that runs a script in a folder."""
    (cwd / "main.py").write_text(script)
    return subprocess.run(
        [sys.executable, "main.py"],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )


def test_record(git: Git, repository: Path, recording: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version's record holds its name, experiment, times, status and the state of git."""
    monkeypatch.chdir(repository)
    git(repository, "remote", "add", "origin", "https://ann:SECRET@example.com/agent.git")
    active.set_experiment("shop")
    made = active.set_active_model(name="agent-1")
    now = made.creation_timestamp
    state = GitState(git(repository, "rev-parse", "HEAD"), "main", "https://example.com/agent.git", dirty=False)
    assert kept_at(recording) == {
        "agent-1": LoggedModel(
            model_id_for("shop", "agent-1"), "agent-1", experiment_id_for("shop"), "shop", now, now, git=state
        )
    }


def test_record_of_the_automatic_version(repository: Path, recording: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version after the directory and commit is recorded with the state that its name was made from."""
    monkeypatch.chdir(repository)
    made = active.set_active_model()
    assert kept_at(recording) == {
        made.name: LoggedModel(**{key: value for key, value in vars(made).items() if key[0] != "_"})
    }
    assert made.git is not None


def test_written_once(recording: str, caplog: pytest.LogCaptureFixture) -> None:
    """A version that is set a hundred times, from many threads, is written once."""
    caplog.set_level(logging.INFO, "sqlalchemy.engine")
    threads = [threading.Thread(target=active.set_active_model, kwargs={"name": f"agent-{i % 2}"}) for i in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(kept_at(recording)) == {"agent-0", "agent-1"}
    statements = [record.getMessage().split("logged_models")[0] for record in caplog.records]
    assert [(start, statements.count(start)) for start in ("INSERT INTO ", "UPDATE ")] == [
        ("INSERT INTO ", 2),
        ("UPDATE ", 0),
    ]


def test_processes_agree(git: Git, repository: Path, store_url: str) -> None:
    """Processes that start at once under one name make one record; the newest git state is kept, the first time too."""
    script = "import verspan\nprint(verspan.set_active_model(name='agent').creation_timestamp)\nverspan.flush(300)\n"
    command = [sys.executable, "-c", script]
    environment = os.environ | {"VERSPAN_STORE": store_url}
    together = [
        subprocess.Popen(command, cwd=repository, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    created = [int(process.communicate()[0]) for process in together]
    git(repository, "checkout", "-q", "--detach")
    created.append(int(subprocess.check_output(command, cwd=repository, env=environment)))
    state = GitState(git(repository, "rev-parse", "HEAD"), None, None, dirty=False)
    kept = kept_at(store_url)
    assert {name: (model.creation_timestamp, model.git) for name, model in kept.items()} == {
        "agent": (min(created), state)
    }


def test_not_waited_for(recording: str, tmp_path: Path) -> None:
    """The caller has its version while the store is still locked by somebody else."""
    import sqlite3

    with closing(open_store(recording)):
        pass
    with closing(sqlite3.connect(recording.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        made = active.set_active_model(name="agent")
        waiting = not registry.flush(0.0)
        other.execute("ROLLBACK")
    assert (made.name, waiting, list(kept_at(recording))) == ("agent", True, ["agent"])


def test_switched_off(recording: str) -> None:
    """Where no records are kept no store is made."""
    registry.configure_recording(None)
    active.set_active_model(name="agent")
    assert registry.flush(30)
    assert not Path(recording.removeprefix("sqlite:///")).exists()


def test_moved(recording: str, tmp_path: Path) -> None:
    """Versions of this process are written to a place that is configured after they were set."""
    active.set_active_model(name="early")
    assert registry.flush(30)
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    registry.configure_recording(elsewhere)
    active.set_active_model(name="late")
    assert [set(kept_at(url)) for url in (recording, elsewhere)] == [{"early"}, {"early", "late"}]


@pytest.mark.parametrize(("exporters", "kept"), [("local", True), ("otlp,local", True), ("otlp", False)])
def test_default_place(
    store_url: str,
    monkeypatch: pytest.MonkeyPatch,
    exporters: str,
    kept: bool,  # noqa: FBT001 - one of the cases
) -> None:
    """Until something is configured, records are kept where spans go to the local store, unless the SDK is off."""
    monkeypatch.setattr("verspan.runtime._Current.runtime", None)
    monkeypatch.setenv("VERSPAN_STORE", store_url)
    monkeypatch.setenv("VERSPAN_EXPORTERS", exporters)
    assert registry._place_by_settings() == (store_url if kept else None)
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert registry._place_by_settings() is None


def test_end_of_the_process(repository: Path, store_url: str) -> None:
    """A process that ends right after it has named its version has written the record."""
    ended = run("import verspan\nverspan.set_active_model(name='agent')\n", repository, VERSPAN_STORE=store_url)
    assert (ended.stdout, ended.stderr, list(kept_at(store_url))) == ("", "", ["agent"])


def test_named_while_ending(repository: Path, store_url: str) -> None:
    """A version that is named by an exit handler, when no thread can be started any more, is written too."""
    script = (
        "import atexit, verspan\n"
        "verspan.set_experiment('shop')\n"
        "atexit.register(lambda: verspan.set_active_model(name='late'))\n"
    )
    ended = run(script, repository, VERSPAN_STORE=store_url)
    assert (ended.stderr, list(kept_at(store_url))) == ("", ["late"])


CHILDREN = """
import multiprocessing, os, sys, warnings
import verspan

warnings.simplefilter("ignore", DeprecationWarning)

def child(name):
    verspan.set_active_model(name=name)

if __name__ == "__main__":
    verspan.set_active_model(name="parent")
    if sys.argv[1:] == [] and os.environ["METHOD"] == "os.fork":
        pid = os.fork()
        if pid == 0:
            child("child")
            sys.exit(0)
        os.waitpid(pid, 0)
    else:
        process = multiprocessing.get_context(os.environ["METHOD"]).Process(target=child, args=("child",))
        process.start()
        process.join()
"""


@pytest.mark.parametrize("method", ["os.fork", "fork", "spawn", "forkserver"])
def test_children(repository: Path, store_url: str, method: str) -> None:
    """A child process, forked right after its parent has named a version or begun anew, records its own."""
    ended = run(CHILDREN, repository, VERSPAN_STORE=store_url, METHOD=method)
    assert (ended.stderr, set(kept_at(store_url))) == ("", {"parent", "child"})


def no_folder(path: Path) -> None:
    """A file stands where the store's folder would be."""
    path.parent.write_text("in the way")


def no_store(path: Path) -> None:
    """Something else stands where the store would be."""
    path.parent.mkdir()
    path.write_bytes(b"something else entirely" * 100)


@pytest.mark.parametrize("damage", [no_folder, no_store])
def test_unusable_store(recording: str, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]) -> None:
    """A store that cannot be written costs one warning that says what is lost, and is left as it is."""
    path = Path(recording.removeprefix("sqlite:///"))
    damage(path)
    before = {file: file.read_bytes() for file in path.parent.parent.rglob("*") if file.is_file()}
    for _ in range(3):
        active.set_active_model(name="agent")
        assert registry.flush(30)
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert line.startswith("The record of agent is lost (commit, branch, remote); its spans carry its name and id")
    assert str(path.parent) in line
    assert {file: file.read_bytes() for file in path.parent.parent.rglob("*") if file.is_file()} == before
    assert active.get_active_model_id() == model_id_for("Default", "agent")


def test_place_that_is_no_store(caplog: pytest.LogCaptureFixture) -> None:
    """A place that no store can be at costs one warning."""
    registry.configure_recording("nonsense://somewhere")
    active.set_active_model(name="agent")
    assert registry.flush(30)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "nonsense://somewhere" in line


def test_known_id(recording: str) -> None:
    """A version that another process has recorded is found by its id, and has its name from then on."""
    with closing(open_store(recording)) as store:
        model_id = model_id_for("shop", "agent")
        kept = store.upsert_model(LoggedModel(model_id, "agent", experiment_id_for("shop"), "shop", 1, 2))
    first = active.set_active_model(model_id=model_id)
    assert registry.flush(30)
    second = active.set_active_model(model_id=model_id)
    assert [(model.model_id, model.name) for model in (first, second)] == [(model_id, model_id), (model_id, "agent")]
    assert life.get_logged_model(model_id) == kept


def test_unknown_id(recording: str, caplog: pytest.LogCaptureFixture) -> None:
    """An id that the store does not have is active all the same, and one warning says what spans lack."""
    for _ in range(2):
        active.set_active_model(model_id=NOWHERE)
        assert registry.flush(30)
    assert active.get_active_model_id() == NOWHERE
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == (
        f"{recording.removeprefix('sqlite:///')} has no record of a version with the id {NOWHERE}: its spans carry the "
        "id and no name. `verspan models` lists versions; verspan.set_active_model(name=...) makes one."
    )


def test_id_then_name(recording: str) -> None:
    """A version that was known by its id alone is written when it is named."""
    active.set_active_model(model_id=model_id_for("Default", "agent"))
    active.set_active_model(name="agent")
    assert list(kept_at(recording)) == ["agent"]


class Listener:
    """Is told of versions, and remembers them."""

    def __init__(self) -> None:
        self.told: list[LoggedModel] = []

    def announce(self, model: LoggedModel) -> None:
        """Remember a version."""
        self.told.append(model)


def test_announced(repository: Path, recording: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version is announced once, with the state of git, to who was there before it and to who comes after."""
    monkeypatch.chdir(repository)
    first, second = Listener(), Listener()
    for listener in (first, second):
        registry.configure_announcing(listener)
        for name in ("a", "b", "a"):
            active.set_active_model(name=name)
        kept = kept_at(recording)
        assert sorted(listener.told, key=lambda model: model.name) == [kept["a"], kept["b"]]
    registry.configure_announcing(None)
    active.set_active_model(name="c")
    assert registry.flush(30)
    assert [len(listener.told) for listener in (first, second)] == [2, 2]


def test_announced_without_a_store() -> None:
    """Where no records are kept versions are announced all the same, and one that is an id alone is not."""
    listener = Listener()
    registry.configure_announcing(listener)
    active.set_active_model(name="a")
    active.set_active_model(model_id=NOWHERE)
    assert registry.flush(30)
    assert [model.name for model in listener.told] == ["a"]


def test_announced_once_found(recording: str) -> None:
    """A version that was known by its id is announced once the store has told its name."""
    model_id = model_id_for("shop", "agent")
    with closing(open_store(recording)) as store:
        kept = store.upsert_model(LoggedModel(model_id, "agent", experiment_id_for("shop"), "shop", 1, 2))
    listener = Listener()
    registry.configure_announcing(listener)
    active.set_active_model(model_id=model_id)
    assert registry.flush(30)
    assert listener.told == [kept]


def test_failing_announcer(recording: str, caplog: pytest.LogCaptureFixture) -> None:
    """What an announcer raises is logged, and the record is written."""

    class Failing(Listener):
        def announce(self, model: LoggedModel) -> None:
            raise RuntimeError(model.name)

    registry.configure_announcing(Failing())
    active.set_active_model(name="agent")
    assert list(kept_at(recording)) == ["agent"]
    (line,) = [record.getMessage() for record in caplog.records]
    assert "error while announcing a version (RuntimeError)" in line


def test_bounded() -> None:
    """A program that makes a version per request holds a bounded number of records."""
    recorder = Recorder(lambda: None, lambda url, code: ReadState())
    model = LoggedModel("", "", "", "", 0, 0)
    for number in range(1500):
        recorder.record(replace(model, model_id=str(number)))
    assert list(recorder._known) == [str(number) for number in range(500, 1500)]
    assert recorder.flush(30)


def test_state_read_once(recording: str) -> None:
    """Versions that are named before the state is read share it; one that is named later has it read again."""
    reads: list[CodeState | None] = []

    def read_state(url: str | None, code: CodeState | None) -> ReadState:
        reads.append(code)
        return ReadState()

    recorder = Recorder(lambda: None, read_state)
    own = CodeState("a" * 40)
    for number, code in enumerate((None, None, own, None)):
        recorder.record(replace(LoggedModel("", "", "e", "shop", 0, 0), model_id=str(number), name=f"{number}"), code)
    recorder.move(lambda: recording)
    assert recorder.flush(30)
    assert reads == [None, own]
    recorder.record(LoggedModel(NOWHERE, "later", "e", "shop", 0, 0))
    assert recorder.flush(30)
    assert reads == [None, own, None]


def test_no_spans_of_our_own(recording: str) -> None:
    """What is done in the background is hidden from instrumentation of SQLite or SQLAlchemy."""
    from opentelemetry.instrumentation.utils import is_instrumentation_enabled

    seen = []

    def place() -> str:
        seen.append(is_instrumentation_enabled())
        return recording

    recorder = Recorder(place, lambda url, code: ReadState())
    recorder.record(LoggedModel(NOWHERE, "agent", "e", "shop", 0, 0))
    assert recorder.flush(30)
    assert (set(seen), list(kept_at(recording))) == ({False}, ["agent"])
