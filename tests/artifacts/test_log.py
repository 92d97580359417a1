"""Files and folders as artifacts."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.processes import run

import verspan
from verspan.artifacts.model import Artifact
from verspan.audit.log import verify_records
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.interface import Store

from .conftest import contents


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def place(content: bytes) -> str:
    """Where a content is in an artifact root."""
    return f"sha256/{digest(content)[:2]}/{digest(content)[2:]}"


def untimed(artifact: Artifact) -> Artifact:
    return replace(artifact, logged_timestamp=0)


def test_file(store: Store, model_id: str, folder: Path, tmp_path: Path) -> None:
    """A file is logged to the active version, under its name in the folder that was asked for."""
    (tmp_path / "rows.csv").write_bytes(b"a,b\n")
    verspan.set_active_model(model_id=model_id)
    logged = verspan.log_artifact(tmp_path / "rows.csv", "evaluation/first")
    assert untimed(logged) == Artifact("evaluation/first/rows.csv", digest(b"a,b\n"), 4, "text/csv", 0)
    assert store.artifacts.of(model_id) == [logged]
    assert contents(folder / "artifacts") == {place(b"a,b\n"): b"a,b\n"}


def test_folder(store: Store, model_id: str, folder: Path, tmp_path: Path) -> None:
    """A folder is logged with all that is below it, equal contents are kept once, and links to files are followed."""
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    for path in ("b.txt", "deep/er/c.bin"):
        (source / path).write_bytes(b"same")
    (source / "link").symlink_to(source / "b.txt")
    (source / "empty").touch()
    logged = verspan.log_artifacts(source, "all", model_id=model_id)
    assert [(artifact.path, artifact.size) for artifact in logged] == [
        ("all/b.txt", 4),
        ("all/deep/er/c.bin", 4),
        ("all/empty", 0),
        ("all/link", 4),
    ]
    assert store.artifacts.of(model_id) == logged
    assert contents(folder / "artifacts") == {place(b"same"): b"same", place(b""): b""}


def test_changed_file(store: Store, model_id: str, tmp_path: Path) -> None:
    """A file that has changed is logged beside what it was."""
    path = tmp_path / "notes.txt"
    for text in ("one", "two", "two"):
        path.write_text(text, encoding="utf-8")
        verspan.log_artifact(path, model_id=model_id)
    assert [artifact.digest for artifact in store.artifacts.history(model_id)] == [digest(b"two"), digest(b"one")]


def test_kept_already(store: Store, model_id: str, folder: Path, tmp_path: Path) -> None:
    """A content that is there is not written again, and one that is cut short is."""
    path = tmp_path / "model.bin"
    path.write_bytes(b"weights")
    verspan.log_artifact(path, model_id=model_id)
    kept = folder / "artifacts" / place(b"weights")
    os.utime(kept, (1, 1))
    verspan.log_artifact(path, model_id=model_id)
    assert kept.stat().st_mtime == 1
    kept.write_bytes(b"wei")
    verspan.log_artifact(path, model_id=model_id)
    assert kept.read_bytes() == b"weights"
    assert len(store.artifacts.history(model_id)) == 1


def test_other_place(
    store: Store, model_id: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """VERSPAN_ARTIFACTS puts contents elsewhere, and the manifest says where."""
    monkeypatch.setenv("VERSPAN_ARTIFACTS", str(tmp_path / "else where"))
    logged = verspan.log_text("hello", "hello.txt", model_id=model_id)
    monkeypatch.delenv("VERSPAN_ARTIFACTS")
    assert logged.root == (tmp_path / "else where").as_uri()
    assert contents(tmp_path / "else where") == {place(b"hello"): b"hello"}
    assert not (folder / "artifacts").exists()
    assert Path(verspan.download_artifacts(model_id=model_id, artifact_path="hello.txt")).read_text() == "hello"
    assert store.artifacts.of(model_id) == [logged]


def test_no_version(store: Store, tmp_path: Path) -> None:
    """Without a version there is nothing to log to, and the message says what to call."""
    (tmp_path / "a").touch()
    with pytest.raises(InvalidArgumentError, match=r"make one active with verspan\.set_active_model"):
        verspan.log_artifact(tmp_path / "a")
    with pytest.raises(NotFoundError, match="m-none"):
        verspan.log_artifact(tmp_path / "a", model_id="m-none")
    assert store.location


KILLED = """
import os, signal, sys
import verspan
from verspan.artifacts.local_root import LocalRoot

put, left = LocalRoot.put, [5]

def put_or_die(*arguments):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    put(*arguments)

LocalRoot.put = put_or_die
verspan.log_artifacts(sys.argv[1], model_id=sys.argv[2])
"""


def test_killed(store: Store, model_id: str, folder: Path, tmp_path: Path) -> None:
    """A process that is killed while it logs a folder leaves a whole store, and the next one goes on where it was."""
    source = tmp_path / "source"
    source.mkdir()
    for number in range(10):
        (source / f"{number}.txt").write_text(str(number), encoding="utf-8")
    ended = run(sys.executable, "-c", KILLED, str(source), model_id, folder=tmp_path, VERSPAN_STORE=store.location)
    assert ended.code == -signal.SIGKILL
    assert store.artifacts.of(model_id) == []
    kept = {path: (folder / "artifacts" / path).stat().st_ino for path in contents(folder / "artifacts")}
    assert len(kept) == 4
    logged = verspan.log_artifacts(source, model_id=model_id)
    assert store.artifacts.of(model_id) == logged
    assert {path: (folder / "artifacts" / path).stat().st_ino for path in kept} == kept
    assert verify_records(store.location, store.audit, (), lambda _: None).ok


def test_at_once(store: Store, model_id: str, folder: Path) -> None:
    """Of many threads that log the same and their own at once, each is kept once and nothing is lost."""

    def log(number: int) -> None:
        verspan.log_text("shared", "shared.txt", model_id=model_id)
        verspan.log_text(str(number), f"own/{number}.txt", model_id=model_id)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(log, range(20)))
    history = [artifact.path for artifact in store.artifacts.history(model_id)]
    assert history == sorted(["shared.txt", *(f"own/{number}.txt" for number in range(20))])
    assert len(contents(folder / "artifacts")) == 21


def test_what_is_no_file(model_id: str, tmp_path: Path) -> None:
    """A folder, a file that is not there, a pipe and a link to a folder are refused by name, and nothing is logged."""
    source = tmp_path / "source"
    source.mkdir()
    with pytest.raises(InvalidArgumentError, match=r"is a folder: log it with verspan\.log_artifacts"):
        verspan.log_artifact(source, model_id=model_id)
    with pytest.raises(InvalidArgumentError, match=r"missing.txt' cannot be logged: No such file"):
        verspan.log_artifact(tmp_path / "missing.txt", model_id=model_id)
    with pytest.raises(InvalidArgumentError, match="is no folder"):
        verspan.log_artifacts(tmp_path / "missing", model_id=model_id)
    os.mkfifo(source / "pipe")
    with pytest.raises(InvalidArgumentError, match="pipe' is no regular file"):
        verspan.log_artifacts(source, model_id=model_id)
    (source / "pipe").unlink()
    (source / "elsewhere").symlink_to(tmp_path)
    with pytest.raises(InvalidArgumentError, match="elsewhere' is a link to a folder"):
        verspan.log_artifacts(source, model_id=model_id)
    assert verspan.list_artifacts(model_id=model_id) == []


@pytest.mark.parametrize("artifact_path", ["..", "a/../..", "C:\\x"])
def test_path_out(model_id: str, tmp_path: Path, artifact_path: str) -> None:
    """A folder that leads out of the version is refused."""
    (tmp_path / "a").touch()
    with pytest.raises(InvalidArgumentError, match="give a relative path"):
        verspan.log_artifact(tmp_path / "a", artifact_path, model_id=model_id)
