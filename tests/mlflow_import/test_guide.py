"""The guide for people who come from MLflow is true: every call in it is there, and "same" means the same arguments."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

import verspan

FOLDER = Path(__file__).parent
GUIDE = (FOLDER.parents[1] / "docs" / "migrating-from-mlflow.md").read_text(encoding="utf-8")
(SIGNATURES,) = (json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("mlflow-*.signatures.json"))


@dataclass(frozen=True)
class Row:
    """One row of the guide's tables of calls."""

    theirs: list[str]
    ours: list[str]
    verdict: str
    note: str


def rows() -> Iterator[Row]:
    """The rows that have a call of MLflow's first and a verdict third."""
    for line in GUIDE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0].startswith("`mlflow."):
            theirs, ours = (re.findall(r"`([\w.]+)`", cell) for cell in cells[:2])
            yield Row(theirs, ours, *cells[2:])


def found(name: str) -> Any:
    """What a name of ours stands for."""
    return attrgetter(name.removeprefix("verspan."))(verspan)


def test_every_name_of_ours() -> None:
    """Every name of Verspan's that the page shows is there."""
    names = {name for name in re.findall(r"`(verspan\.[\w.]+)(?:\([^`]*\))?`", GUIDE) if name.count(".") < 3}
    assert len(names) > 40
    attributes = {"verspan.inputs", "verspan.outputs"}
    for name in names - attributes:
        assert found(name) is not None


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.theirs[0])
def test_row(row: Row) -> None:
    """A call has a verdict; what is missing has no name of ours, and anything else one for each of MLflow's."""
    assert row.verdict in ("same", "differs", "missing")
    assert all(name in SIGNATURES for name in row.theirs)
    if row.verdict == "missing":
        assert row.ours == []
    else:
        assert len(row.ours) >= 1
        assert all(callable(found(name)) for name in row.ours)


@pytest.mark.parametrize("row", [row for row in rows() if row.verdict == "same"], ids=lambda row: row.theirs[0])
def test_same(row: Row) -> None:
    """A call that is the same takes MLflow's arguments by their names, but for those that the row names."""
    assert len(row.theirs) == len(row.ours)
    for theirs, ours in zip(row.theirs, row.ours, strict=True):
        there = inspect.signature(found(ours)).parameters
        lacking = [name for name in SIGNATURES[theirs] if name not in there]
        assert [name for name in lacking if f"`{name}`" not in row.note] == []
        shared = [name for name in SIGNATURES[theirs] if name in there]
        assert shared == [name for name in there if name in shared]
