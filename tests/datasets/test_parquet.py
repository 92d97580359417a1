"""Datasets out of Parquet files."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it says nothing of its types
import pytest
from pyarrow import parquet
from tests.processes import clean_environment

import verspan
from verspan.datasets.model import DatasetRow, RowOrigin, RowSource
from verspan.datasets.parquet import parquet_rows
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.conformance.records import refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a file may be."""
    return tmp_path / "support.parquet"


def column(file: Path, values: Any, kind: Any) -> Path:
    """A file with one column of a type."""
    parquet.write_table(pa.table({"x": pa.array(values, kind)}), file)
    return file


def read(file: Path) -> list[Any]:
    """The values of that column as the rows have them; of a row without one the name of nothing."""
    return [row.get("inputs", {}).get("x", "nothing") for row in parquet_rows(file)]


@pytest.mark.usefixtures("store")
def test_columns(file: Path) -> None:
    """Columns are inputs, expectations and tags by their names, and structs of these names are such as a whole."""
    table = {
        "inputs": [{"order": 7, "lang": None}, {"order": None, "lang": "de"}],
        "question": ["Where is it?", None],
        "expectations.facts": [["shipped", None], None],
        "tags": [{"team": None}, {"team": "care"}],
        "row_id": ["r-1", "r-2"],
    }
    parquet.write_table(pa.table(table), file)
    assert verspan.datasets.from_parquet("support", file, {"owner": "ann"}).rows == [
        DatasetRow("r-1", {"order": 7, "question": "Where is it?"}, {"facts": ["shipped", None]}, source=source(1)),
        DatasetRow("r-2", {"lang": "de"}, tags={"team": "care"}, source=source(2)),
    ]


def source(row: int) -> RowSource:
    """Where a row of the file comes from."""
    return RowSource(RowOrigin.DOCUMENT, {"path": "support.parquet", "row": row})


_NOON = datetime(2026, 11, 23, 12, 0, 0, 250, tzinfo=timezone(timedelta(hours=2)))
_NANOSECONDS = 1_763_885_521_123_456_000
KINDS: list[tuple[Any, list[Any], list[Any]]] = [
    (pa.int8(), [1, None], [1, "nothing"]),
    (pa.uint64(), [2**64 - 1], [2**64 - 1]),
    (pa.float64(), [0.5, float("nan")], [0.5, "nothing"]),
    (pa.bool_(), [True, False], [True, False]),
    (pa.large_string(), ["ä", ""], ["ä", "nothing"]),
    (pa.dictionary(pa.int8(), pa.string()), ["kind", None, "kind"], ["kind", "nothing", "kind"]),
    (pa.timestamp("us", "Europe/Paris"), [_NOON], ["2026-11-23T11:00:00.000250+01:00"]),
    (pa.timestamp("s"), [datetime(2026, 11, 23)], ["2026-11-23T00:00:00"]),  # noqa: DTZ001 - a column without a zone
    (pa.timestamp("ns", "UTC"), [_NANOSECONDS], ["2025-11-23T08:12:01.123456+00:00"]),
    (pa.time64("ns"), [1_000], ["00:00:00.000001"]),
    (pa.date32(), [date(2026, 11, 23)], ["2026-11-23"]),
    (pa.decimal128(9, 2), [Decimal("1.10")], ["1.10"]),
    (pa.list_(pa.decimal128(9, 2)), [[Decimal("1.10"), None], None, []], [["1.10", None], "nothing", []]),
    (pa.list_(pa.timestamp("ns")), [[1_000]], [["1970-01-01T00:00:00.000001"]]),
    (
        pa.struct({"a": pa.struct({"at": pa.timestamp("ns")})}),
        [{"a": {"at": 1_000}}, {"a": None}],
        [{"a": {"at": "1970-01-01T00:00:00.000001"}}, {"a": None}],
    ),
    (pa.map_(pa.string(), pa.date32()), [[("a", date(2026, 1, 1))]], [{"a": "2026-01-01"}]),
]


@pytest.mark.parametrize(("kind", "values", "expected"), KINDS, ids=lambda value: str(value)[:30])
def test_types(file: Path, kind: Any, values: list[Any], expected: list[Any]) -> None:
    """Each type comes to one that JSON has, by the rule for it."""
    assert read(column(file, values, kind)) == expected


UNUSABLE: list[tuple[Any, list[Any], str]] = [
    (pa.binary(), [None, b"a"], "row 2: JSON has no binary, so it cannot be part of a row"),
    (pa.list_(pa.binary()), [[b"a"]], "row 1: JSON has no binary, so it cannot be part of a row"),
    (pa.struct({"a": pa.binary()}), [{"a": b"a"}], "row 1, 'a': JSON has no binary, so it cannot be part of a row"),
    (pa.duration("s"), [1], "row 1: JSON has no duration[s], so it cannot be part of a row"),
    (pa.map_(pa.int32(), pa.string()), [[(1, "a")]], "row 1: the key 1 of a map is no text, and JSON has no other"),
    (
        pa.timestamp("ns"),
        [1_000, 1_001],
        "row 2: the time is finer than a microsecond, which is not kept: round it",
    ),
]


@pytest.mark.parametrize(("kind", "values", "said"), UNUSABLE, ids=lambda value: str(value)[:30])
def test_unusable_values(file: Path, kind: Any, values: list[Any], said: str) -> None:
    """What JSON does not have is refused with its column and row."""
    column(file, values, kind)
    with pytest.raises(InvalidArgumentError) as raised:
        read(file)
    assert str(raised.value) == f"{file}, column 'x', {said}"


def test_batches(file: Path) -> None:
    """Rows are counted through however many batches, and are there before the file has been read to its end."""
    column(file, [*range(3_000), None], pa.int64())
    assert [row["source"].source_data["row"] for row in parquet_rows(file)] == [*range(1, 3_002)]
    rows = parquet_rows(file)
    assert next(rows)["inputs"] == {"x": 0}
    rows.close()  # type: ignore[attr-defined]  # a generator has it


def test_unusable_files(file: Path) -> None:
    """A file that is not there, is none or is cut short is said to be so."""
    refused(NotFoundError, partial(read, file))
    file.write_text("question\n")
    refused(InvalidArgumentError, partial(read, file))
    whole = column(file, list(range(1_000)), pa.int64()).read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    refused(InvalidArgumentError, partial(read, file))


def test_without_pyarrow(file: Path) -> None:
    """Without pyarrow the error says how to get it, and nothing else of datasets needs it."""
    program = """if True:
        import sys
        sys.modules["pyarrow"] = None
        import verspan
        try:
            verspan.datasets.from_parquet("support", sys.argv[1])
        except verspan.VerspanError as error:
            print(type(error).__name__, error)
    """
    command = [sys.executable, "-c", program, str(file)]
    ended = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True)
    assert ended.stdout == "MissingPackageError reading Parquet needs pyarrow: pip install 'verspan[parquet]'\n"
