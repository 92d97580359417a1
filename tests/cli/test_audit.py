"""`verspan audit` and what is below it."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.processes import run as run_process

from verspan.audit.model import Change
from verspan.cli.main import verspan
from verspan.store.audit import note_change
from verspan.store.database import Database
from verspan.store.interface import Store

Run = Callable[..., Result]


@pytest.fixture
def noted(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store whose log has three changes by ada; returns its file."""
    monkeypatch.setenv("VERSPAN_ACTOR", "ada")
    path = tmp_path / "store.db"
    changes = [
        Change("prompt.register", "prompt", "greeting", None, {"version": 1, "template": "Good day, " * 20}),
        Change("alias.move", "alias", "greeting@champion", {"version": 1}, {"version": 2}),
        Change("model.tag", "model", "m-1", {"stage": "dev", "owner": "eve"}, {"stage": None}),
    ]
    with closing(Database(path, lock_timeout_s=30)) as database:
        for change in changes:
            with database.writing() as connection:
                note_change(connection, change)
    return path


def tamper(path: Path, statement: str) -> None:
    """Change the log behind Verspan's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


@pytest.mark.usefixtures("noted")
def test_list(run: Run) -> None:
    """The list has the newest change first: who, what, to what, and what was before and after."""
    result = run("audit")
    lines = [line.split("  ") for line in result.stdout.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells[0] == ["entry", "time", "who", "action", "subject", "change", "from"]
    assert [(line[0], *line[2:5]) for line in cells[2:]] == [
        ("3", "ada", "model.tag", "m-1"),
        ("2", "ada", "alias.move", "greeting@champion"),
        ("1", "ada", "prompt.register", "greeting"),
    ]
    assert [line[5] for line in cells[2:4]] == ["stage: dev → -; owner: eve → -", "version: 1 → 2"]
    assert cells[4][5] == "version: 1; template: " + ("Good day, " * 6)[:59] + "…"
    assert result.exit_code == 0


@pytest.mark.usefixtures("noted")
def test_filters(run: Run) -> None:
    """Every filter that is given must match, and JSON has the whole entry."""
    listed = json.loads(run("audit", "--action", "prompt", "--actor", "ada", "--since", "1h", "--json").stdout)
    assert [(entry["subject_id"], entry["after"]["version"]) for entry in listed["entries"]] == [("greeting", 1)]
    assert listed["entries"][0].keys() == {
        *("sequence", "timestamp", "time", "action", "subject_kind", "subject_id", "actor", "origin", "before"),
        *("after", "erased_by", "hash"),
    }
    assert json.loads(run("audit", "--limit", "1", "--json").stdout)["more"] is True
    assert "no change is noted that matches" in run("audit", "--subject", "nothing").stderr


def test_version_by_name(run: Run, recorded: object) -> None:
    """A version's changes are found by its name."""
    (entry,) = json.loads(run("audit", "--subject", "agent-v1", "--json").stdout)["entries"]
    assert (entry["action"], entry["subject_kind"]) == ("model.register", "model")


def test_whole(run: Run, noted: Path) -> None:
    """A whole log is said to be one, with the anchor for a later check."""
    result = run("audit", "verify", "--json")
    found = json.loads(result.stdout)
    assert (found["ok"], found["entries"], found["problem"], result.exit_code) == (True, 3, None, 0)
    plain = run("audit", "verify", "--anchor", found["anchor"])
    assert plain.stdout == f"{noted}: 3 entries, each as it was written\n"
    assert found["anchor"] in plain.stderr


def test_altered(run: Run, noted: Path) -> None:
    """An altered log is said to be one, with the first bad entry, and the exit code is 1."""
    tamper(noted, "UPDATE audit_entries SET action = 'model.note' WHERE sequence >= 2")
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert result.stdout.startswith("entry 2: it was altered")
    assert json.loads(run("audit", "verify", "--json").stdout)["problem"]["sequence"] == 2


@pytest.mark.usefixtures("noted")
def test_exported(run: Run, tmp_path: Path) -> None:
    """An exported log is checked without the store, and is the same on stdout."""
    path = tmp_path / "audit.jsonl"
    assert run("audit", "export", str(path)).stdout == f"{path}: 3 entries\n"
    assert run("audit", "verify", str(path), "--store", "/nowhere").exit_code == 0
    assert run("audit", "export", "-").stdout_bytes == path.read_bytes()
    path.write_bytes(b"\n".join(path.read_bytes().splitlines()[:-1]))
    assert run("audit", "verify", str(path)).stdout == ("entry 3: entry 3 is missing: the log was cut off at its end\n")


@pytest.mark.usefixtures("noted")
def test_erased(run: Run) -> None:
    """Contents are erased where somebody says yes, and the list tells by which entry."""
    asked = CliRunner().invoke(verspan, ["audit", "erase", "--entry", "2"], input="n\n")
    assert asked.exit_code == 130
    assert run("audit", "erase", "--entry", "2", "--yes").stdout == "erased from 1 entry; entry 4 tells of it\n"
    assert "(erased by 4)" in run("audit").stdout
    assert run("audit", "prune", "--before", "1d", "--yes").stdout == "nothing to erase\n"
    pruned = json.loads(run("audit", "erase", "--actor", "ada", "--reason", "request 17", "--yes", "--json").stdout)
    assert pruned == {"erased": 3, "sequence": 5}
    assert run("audit", "verify").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("erase", "--yes"), 2, "say what to erase"),
        (("prune", "--yes"), 2, "Missing option '--before'"),
        (("verify", "--anchor", "12"), 2, "'12' is no anchor"),
        (("verify", "nowhere.jsonl"), 1, "nowhere.jsonl cannot be read"),
        (("export", "no/such/folder/audit.jsonl"), 2, "cannot be written"),
        (("erase", "--entry", "0"), 2, "0 is not in the range"),
    ],
)
@pytest.mark.usefixtures("noted")
def test_wrong_usage(run: Run, arguments: tuple[str, ...], code: int, message: str) -> None:
    """What cannot be done is one line on stderr."""
    result = run("audit", *arguments)
    assert (result.exit_code, message in result.stderr, result.stdout) == (code, True, "")


def test_nothing_recorded(run: Run) -> None:
    """Where there is no store yet it is said what makes one."""
    assert "nothing is recorded yet" in run("audit").stderr
    assert run("audit", "verify").exit_code == 1


def test_from_the_command_line(noted: Path, tmp_path: Path) -> None:
    """A change that a command makes is said to come from the command line."""
    variables = {"VERSPAN_STORE": str(noted)}
    command = str(Path(sys.executable).parent / "verspan")
    run_process(command, "audit", "erase", "--entry", "1", "--yes", folder=tmp_path, **variables)
    listed = run_process(command, "audit", "--action", "audit", "--json", folder=tmp_path, **variables).output
    (entry,) = json.loads(listed)["entries"]
    assert (entry["origin"]["interface"], entry["origin"]["program"]) == ("CLI", "verspan")
