"""`verspan datasets` and what is below it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
BEFORE = [{"question": "Where is it?", "expectations.e": "Lost."}, {"question": "Why?"}, {"question": "Old?"}]
AFTER = [{"question": "Where is it?", "expectations.e": "Sent."}, {"question": "why"}, {"question": "Why?"}]


@pytest.fixture
def imported(run: Run, tmp_path: Path) -> list[dict[str, Any]]:
    """Two versions of a dataset, the older first."""
    made = []
    for rows in (BEFORE, AFTER):
        (tmp_path / "support.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        made.append(json.loads(run("datasets", "import", "support.jsonl", "--json").stdout)["dataset"])
    return made


def cells(output: str) -> list[list[str]]:
    """The cells of a table's rows."""
    lines = output.splitlines()
    rule = next(number for number, line in enumerate(lines) if line.startswith("─"))
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines[rule + 1 :]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("s.jsonl", '{"inputs": {"question": "Where?"}}\n{"question": "where"}'),
        ("s.CSV", "question\nWhere?\nwhere\n"),
    ],
)
def test_imported(run: Run, tmp_path: Path, name: str, content: str) -> None:
    """A file of either kind is a version of a dataset, named after the file or as it is said."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    result = run("datasets", "import", name)
    digest = json.loads(run("datasets", "--json").stdout)["datasets"][0]["digest"]
    assert (result.stdout, result.exit_code) == (f"s has 2 rows, version {digest[:8]}\n", 0)
    assert result.stderr == "rows that are nearly the same as others: 1, see verspan datasets show s\n"
    assert run("datasets", "import", name, "--name", "t").stdout == f"t has 2 rows, version {digest[:8]}\n"


def test_listed(run: Run, imported: list[dict[str, Any]]) -> None:
    """Versions are listed, the newest first."""
    older, newer = (each["digest"] for each in imported)
    assert [row[:3] for row in cells(run("datasets").stdout)] == [["support", newer, "3"], ["support", older, "3"]]
    limited = run("datasets", "--limit", "1")
    assert [row[1] for row in cells(limited.stdout)] == [newer]
    assert limited.stderr == "\n1 more are not shown: add --limit 2\n"
    document = json.loads(run("datasets", "--limit", "1", "--json").stdout)
    assert (document["more"], [each["row_count"] for each in document["datasets"]]) == (True, [3])


def test_shown(run: Run, imported: list[dict[str, Any]]) -> None:
    """A version shows its rows, and pairs of them that are nearly the same."""
    older, newer = imported
    shown = run("datasets", "show", "support")
    ids = [row["row_id"] for row in newer["rows"]]
    heading, _, *rest = shown.stdout.splitlines()
    assert heading == f"support  3 rows  {newer['digest']}"
    rows, alike = "\n".join(rest).split("\n\nnearly the same\n")
    assert cells(rows) == [
        [ids[0], '{"question":"Where is it?"}', '{"e":"Sent."}', "DOCUMENT"],
        [ids[1], '{"question":"why"}', "-", "DOCUMENT"],
        [ids[2], '{"question":"Why?"}', "-", "DOCUMENT"],
    ]
    assert cells(alike) == [[ids[2], ids[1], "100%"]]
    assert run("datasets", "show", "support", "--limit", "2").stderr == "\n1 more rows are not shown: add --limit 3\n"
    document = json.loads(run("datasets", "show", f"support@{older['digest'][:9]}", "--json").stdout)
    assert document == {"dataset": older, "near_duplicates": []}


def test_compared(run: Run, imported: list[dict[str, Any]]) -> None:
    """Rows are told as added, removed and changed, with what changed; a name alone is its last two versions."""
    older, newer = imported
    result = run("datasets", "diff", "support")
    assert result.stdout.splitlines()[0] == "1 added, 1 removed, 1 changed, 1 unchanged"
    assert cells(result.stdout) == [
        ["added", newer["rows"][1]["row_id"], "inputs", "-", '{"question":"why"}'],
        ["removed", older["rows"][2]["row_id"], "inputs", '{"question":"Old?"}', "-"],
        ["changed", newer["rows"][0]["row_id"], "expectations.e", "Lost.", "Sent."],
    ]
    backwards = ["datasets", "diff", "support", f"support@{older['digest'][:8]}"]
    document = json.loads(run(*backwards, "--json").stdout)
    assert [row["row_id"] for row in document["added"]] == [older["rows"][2]["row_id"]]
    assert (document["before"], document["after"], document["unchanged"]) == (newer["digest"], older["digest"], 1)
    same = run("datasets", "diff", "support", "support")
    assert same.stdout == "0 added, 0 removed, 0 changed, 3 unchanged\n"


def test_nothing_kept(run: Run) -> None:
    """Where there is no dataset yet, the way to one is told."""
    result = run("datasets")
    assert (result.stdout, result.exit_code) == ("", 0)
    assert result.stderr.startswith("no dataset is kept yet: import one with")
    assert json.loads(run("datasets", "--json").stdout) == {"datasets": [], "more": False}


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    ("typed", "told", "code"),
    [
        (["show", "suport"], "the store has no dataset 'suport': `verspan datasets` lists", 1),
        (["show", "support@zz"], "the store has no dataset 'support' whose digest begins 'zz'", 1),
        (["diff", "suport"], "the store has no dataset 'suport'", 1),
        (["import", "support.xml"], "support.xml is none of .jsonl, .csv, .parquet", 2),
        (["import", "none.csv"], "none.csv cannot be read: No such file", 1),
    ],
)
def test_refused(run: Run, typed: list[str], told: str, code: int) -> None:
    """What is not there, or cannot be read, is one line with the way out."""
    result = run("datasets", *typed)
    assert told in result.stderr
    assert result.exit_code == code


def test_one_version(run: Run, tmp_path: Path) -> None:
    """A dataset of one version has nothing to compare it with."""
    (tmp_path / "one.csv").write_text("q\na\n", encoding="utf-8")
    run("datasets", "import", "one.csv")
    assert "has one version, and there is none to compare it with" in run("datasets", "diff", "one").stderr
