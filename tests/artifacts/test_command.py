"""``verspan artifacts`` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import verspan
from verspan.cli.main import verspan as command_line

from .conftest import contents

Run = Callable[..., Result]


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs `verspan artifacts` on the store."""

    def run(*arguments: str) -> Result:
        return CliRunner(env={"VERSPAN_STORE": str(folder / "verspan.db")}).invoke(
            command_line, ["artifacts", *arguments]
        )

    return run


@pytest.fixture(autouse=True)
def logged(model_id: str) -> None:
    """Two files, one of which has been another."""
    for path, text in (("rows/a.txt", "old"), ("rows/a.txt", "new"), ("b.txt", "b")):
        verspan.log_text(text, path, model_id=model_id)


def test_listed(run: Run) -> None:
    """The newest of each path is listed, and with the history what was there before."""
    header, _rule, *rows = run("v1").stdout.splitlines()
    assert header.split() == ["path", "bytes", "type", "logged", "sha-256", "root"]
    assert [row.split()[:3] for row in rows] == [["b.txt", "1", "text/plain"], ["rows/a.txt", "3", "text/plain"]]
    assert [row.split()[0] for row in run("v1", "--history").stdout.splitlines()[2:]] == ["b.txt", *["rows/a.txt"] * 2]


def test_json(run: Run, model_id: str) -> None:
    """As JSON it has the fields of the artifacts."""
    [document] = json.loads(run(model_id, "rows", "--json").stdout)["artifacts"]
    [artifact] = verspan.list_artifacts(model_id=model_id, artifact_path="rows")
    assert {name: document[name] for name in vars(artifact)} == vars(artifact)


def test_written(run: Run, tmp_path: Path) -> None:
    """Files are written below a folder, under their paths."""
    done = run("v1", "rows", "--to", str(tmp_path / "out"))
    assert (done.exit_code, done.stdout) == (0, "")
    assert contents(tmp_path / "out") == {"rows/a.txt": b"new"}


def test_none(run: Run) -> None:
    """A path that the version does not have is one line and a negative answer, one that leads out is wrong usage."""
    missing, outside = run("v1", "nothing"), run("v1", "../x")
    assert (missing.exit_code, outside.exit_code) == (1, 2)
    assert missing.stderr == (
        "verspan: the version v1 has no artifact 'nothing': verspan.list_artifacts lists those it has\n"
    )
