"""`verspan.datasets`: datasets that are given, read from files and tables, and kept."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.processes import clean_environment

import verspan
from verspan.datasets.model import DatasetRow, RowOrigin, RowSource, row_id_of
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.conformance.records import refused
from verspan.store.interface import Store

QUESTION = {"inputs": {"question": "Where is it?"}, "expectations": {"expected_response": "Shipped."}}
QUESTION_ID = row_id_of(b'{"question":"Where is it?"}')


def of_line(line: int, name: str) -> RowSource:
    """The source of a row that a file has."""
    return RowSource(RowOrigin.DOCUMENT, {"path": name, "line": line})


@pytest.mark.usefixtures("store")
def test_created() -> None:
    """What was created is there by its name and its digest, and its versions are listed."""
    first = verspan.datasets.create_dataset("support", [QUESTION], {"owner": "ann"})
    second = verspan.datasets.create_dataset("support", [{"inputs": {"question": "Why?"}}, *first.rows])
    assert verspan.datasets.get_dataset("support") == second
    assert verspan.datasets.get_dataset("support", first.digest[:10]) == first
    assert [each.digest for each in verspan.datasets.dataset_versions("support")] == [second.digest, first.digest]
    assert (first.tags, [row.row_id for row in first.rows]) == ({"owner": "ann"}, [QUESTION_ID])


@pytest.mark.usefixtures("store")
def test_near_duplicates_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """That rows are nearly the same is logged once, as a number."""
    verspan.datasets.create_dataset("support", [QUESTION, {"inputs": {"question": "WHERE is it"}}])
    assert [record.getMessage() for record in caplog.records] == [
        "The dataset support has 1 rows that are nearly the same as others, see verspan.datasets.near_duplicates."
    ]


@pytest.mark.usefixtures("store")
def test_jsonl(tmp_path: Path) -> None:
    """A line is a row or flat, and its source is the file with the line."""
    file = tmp_path / "support.jsonl"
    file.write_text(
        '\ufeff{"inputs": {"question": "Where is it?"}, "expectations": {"expected_response": "Shipped."}}\n\n'
        '{"question": "Why\u2028?", "expectations.facts": ["a"], "row_id": "r", "outputs": {"b": 1}}\r\n',
        encoding="utf-8",
    )
    assert verspan.datasets.from_jsonl("support", file).rows == [
        DatasetRow(QUESTION_ID, QUESTION["inputs"], QUESTION["expectations"], source=of_line(1, "support.jsonl")),
        DatasetRow(
            "r", {"question": "Why\u2028?"}, {"facts": ["a"]}, source=of_line(3, "support.jsonl"), outputs={"b": 1}
        ),
    ]


@pytest.mark.usefixtures("store")
def test_csv(tmp_path: Path) -> None:
    """A column is an input, an expectation or a tag by its name; empty fields are left out."""
    file = tmp_path / "support.csv"
    file.write_text(
        "question,expectations.expected_response,tags.team,inputs.lang\r\n"
        'Where is it?,Shipped.,,\r\n"a\nb",,care,de\r\n',
        encoding="utf-8",
        newline="",
    )
    first, second = verspan.datasets.from_csv("support", file).rows
    assert first == DatasetRow(
        QUESTION_ID, QUESTION["inputs"], QUESTION["expectations"], source=of_line(2, "support.csv")
    )
    assert (second.inputs, second.tags) == ({"question": "a\nb", "lang": "de"}, {"team": "care"})


@pytest.mark.usefixtures("store")
def test_pandas() -> None:
    """Values keep their types, and what is missing is left out."""
    frame = import_module("pandas").DataFrame(
        {"question": ["a", "b"], "n": [1, 2], "expectations.e": [0.5, None], "tags.t": [None, "x"]}
    )
    rows = [(row.inputs, row.expectations, row.tags) for row in verspan.datasets.from_pandas("d", frame).rows]
    assert rows == [({"question": "a", "n": 1}, {"e": 0.5}, {}), ({"question": "b", "n": 2}, {}, {"t": "x"})]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", b'{"q": 1}\n{"q":', "a.jsonl, line 2: this is no JSON"),
        ("a.jsonl", b"[1]", "a.jsonl, line 1: this is no JSON object but list"),
        ("a.jsonl", b"\xff", "is not in UTF-8"),
        ("a.csv", b"q\na,b\n", "a.csv, line 2: it has more fields than the header"),
        ("a.csv", b"q\n", "the dataset 'd' has no rows"),
    ],
)
@pytest.mark.usefixtures("store")
def test_broken_file(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    """What cannot be read is refused with its place, and nothing is kept."""
    (tmp_path / name).write_bytes(content)
    read = verspan.datasets.from_csv if name.endswith("csv") else verspan.datasets.from_jsonl
    assert told in str(refused(InvalidArgumentError, lambda: read("d", tmp_path / name)))
    assert verspan.datasets.dataset_versions() == []


@pytest.mark.usefixtures("store")
def test_no_file(tmp_path: Path) -> None:
    """A file that is not there is told."""
    refused(NotFoundError, lambda: verspan.datasets.from_csv("d", tmp_path / "none.csv"))


def test_lazy() -> None:
    """Its names are loaded when they are used, and one that is not there is an AttributeError."""
    names: dict[str, Any] = {name: getattr(verspan.datasets, name) for name in verspan.datasets.__all__}
    assert dir(verspan.datasets) == sorted(names)
    with pytest.raises(AttributeError, match="has no attribute 'nothing_of_the_kind'"):
        verspan.datasets.nothing_of_the_kind  # noqa: B018 - looking is the point


CREATOR = """
import verspan
for number in range(10):
    rows = [{"inputs": {"q": f"question {each}"}} for each in range(number + 1)]
    verspan.datasets.create_dataset("shared", rows)
"""


def test_together(store: Store, tmp_path: Path) -> None:
    """Two processes that keep the same versions at once keep each once."""
    environment = clean_environment(VERSPAN_STORE=store.location)
    started = [subprocess.Popen([sys.executable, "-c", CREATOR], cwd=tmp_path, env=environment) for _ in range(2)]
    assert [process.wait(60) for process in started] == [0, 0]
    assert sorted(each.row_count for each in store.datasets.versions("shared")) == list(range(1, 11))
