"""`verspan checkout`, as it is typed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from verspan.store.opening import open_store
from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import Capture
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel


@pytest.fixture
def recorded(tmp_path: Path) -> LoggedModel:
    """A version of a dirty tree, in the store of the test."""
    app = tmp_path / "app"
    app.mkdir()
    (app / "app.py").write_text("print()\n")
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "Begin")):
        subprocess.run(["git", *command], cwd=app, check=True)
    (app / "new.bin").write_bytes(b"\0" * 2000)
    model = LoggedModel(model_id_for("tea", "brew-1"), "brew-1", experiment_id_for("tea"), "tea", 1, 1)
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    store.upsert_model(model)
    for cap in (1000, 10_000):
        store.captures.keep(model.model_id, Capture(read_code(app, cap)))
    store.close()
    return model


def test_checkout(run: Run, recorded: LoggedModel, tmp_path: Path) -> None:
    """A version is recreated by the beginning of its name, and it is said that every file is as it was."""
    done = run("checkout", "brew", "made", "--repository", "app")
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert lines[0].startswith(f"brew-1 is in {tmp_path / 'made'}: 2 files at ")
    assert lines[1:] == [
        "every file is as it was, byte for byte",
        "written beside it: .verspan/.gitignore",
        "written beside it: .verspan/version.json",
    ]
    assert (tmp_path / "made" / "new.bin").read_bytes() == b"\0" * 2000


def test_not_exact(run: Run, recorded: LoggedModel, tmp_path: Path) -> None:
    """What could not be restored is named, on stdout and in JSON, and the exit code is 1."""
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    cut = min(
        (each.capture_id for each in store.captures.of(recorded.model_id)),
        key=lambda each: len(store.captures.load(each).code.files),  # type: ignore[union-attr] # both have code
    )
    store.close()
    done = run("checkout", "brew-1", "made", "--repository", "app", "--capture", cut, "--json")
    made = json.loads(done.stdout)
    assert (done.exit_code, made["exact"], made["capture_id"]) == (1, False, cut)
    assert [each["path"] for each in made["missing"]] == ["new.bin"]
    again = run("checkout", "brew-1", "again", "--repository", "app", "--capture", cut)
    assert (again.exit_code, "not as it was: new.bin: its content was not kept" in again.stdout) == (1, True)


def test_occupied(run: Run, recorded: LoggedModel, tmp_path: Path) -> None:
    """A folder with something in it is refused in one line."""
    done = run("checkout", "brew-1", "app")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.strip() == (
        f"verspan: {tmp_path / 'app'} is there and not an empty folder: give a folder that is not there yet"
    )
