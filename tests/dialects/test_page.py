"""The page about other instrumentors has the dialects' tables as they are; ``UPDATE_SNAPSHOTS=1`` writes them there."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.dialects.spans import RECORDED

from verspan.dialects.normalising import DIALECTS
from verspan.dialects.table import Dialect

PAGE = Path(__file__).parents[2] / "docs" / "other-instrumentors.md"


def table(dialect: Dialect) -> Sequence[str]:
    """The lines of a dialect's table: each present name once, with every name that it may come from, in order."""
    sources: defaultdict[str, list[str]] = defaultdict(list)
    for entry in dialect.entries:
        name = f"`{entry.theirs}`" + (" (replaces)" if entry.replaces else "")
        if name not in sources[entry.ours]:
            sources[entry.ours].append(name)
    rows = (f"| `{ours}` | {', '.join(theirs)} |" for ours, theirs in sources.items())
    return ["| present name | from |", "| --- | --- |", *rows]


def recorded_packages() -> Iterator[str]:
    """What was installed when each file was recorded, a line each."""
    yield "| recorded spans | packages |"
    yield "| --- | --- |"
    for file in RECORDED:
        packages = json.loads(file.read_text("utf-8"))["packages"]
        yield f"| `{file.stem}` | {', '.join(f'{name} {version}' for name, version in sorted(packages.items()))} |"


def section(page: str, heading: str) -> tuple[int, int]:
    """Where the table below a heading of the page begins and ends."""
    found = re.search(rf"(?m)^## {re.escape(heading)}\n(?:(?!\||## ).*\n)*((?:\|.*\n)+)", page)
    assert found, f"the page has no section {heading!r} with a table"
    return found.span(1)


def check(heading: str, lines: Sequence[str]) -> None:
    """Compare a section's table with what it is made from."""
    page, wanted = PAGE.read_text("utf-8"), "".join(f"{line}\n" for line in lines)
    start, end = section(page, heading)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        PAGE.write_text(page[:start] + wanted + page[end:], "utf-8")
        return
    assert page[start:end] == wanted


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.title)
def test_table(dialect: Dialect) -> None:
    """Each dialect's section has its table, line by line."""
    check(dialect.title, table(dialect))


def test_packages() -> None:
    """The page says of which versions the recorded spans are."""
    check("What it was tried on", list(recorded_packages()))
