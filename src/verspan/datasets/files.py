"""Datasets from files and tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

import orjson

from verspan.datasets.api import create_dataset
from verspan.datasets.model import Dataset, RowOrigin, RowSource
from verspan.errors import InvalidArgumentError, NotFoundError

_WHOLE = ("row_id", "source", "outputs", "inputs", "expectations", "tags")
_DOTTED = ("inputs", "expectations", "tags")


class _Frame(Protocol):
    def to_dict(self, orient: str) -> Any: ...


def from_jsonl(name: str, path: str | PathLike[str], tags: Mapping[str, Any] | None = None) -> Dataset:
    """Keep a dataset of a file with a JSON object in each line: a row as :func:`create_dataset` takes it, or flat.

    A flat one is read as a line of a table is by :func:`from_csv`. Empty lines are passed over.

    Raises:
        InvalidArgumentError: a line is no JSON object or no usable row; the message names it.
        NotFoundError: the file cannot be read.
        StoreError: the store cannot be written.
    """
    return create_dataset(name, jsonl_rows(Path(path)), tags)


def from_csv(name: str, path: str | PathLike[str], tags: Mapping[str, Any] | None = None) -> Dataset:
    """Keep a dataset of a table with a header, in UTF-8.

    A column ``expectations.expected_response`` is an expectation, ``tags.team`` a tag and ``inputs.question`` an input,
    and so is every other column; ``row_id`` is the row's id, and ``outputs`` what was answered. Every value is a text,
    and an empty one is left out.

    Raises:
        InvalidArgumentError: a line is no usable row; the message names it.
        NotFoundError: the file cannot be read.
        StoreError: the store cannot be written.
    """
    return create_dataset(name, csv_rows(Path(path)), tags)


def from_pandas(name: str, frame: _Frame, tags: Mapping[str, Any] | None = None) -> Dataset:
    """Keep a dataset of a pandas ``DataFrame``, whose columns are read as those of :func:`from_csv`.

    Values keep their types; what is missing (NaN, NaT, None) is left out.

    Raises:
        InvalidArgumentError: a row is not usable.
        StoreError: the store cannot be written.
    """
    records = ({str(column): value for column, value in each.items()} for each in frame.to_dict("records"))
    return create_dataset(name, [row_of_record(record) for record in records], tags)


def jsonl_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file with a JSON object in each line."""
    return list(_with_source(path, _json_lines(path)))


def csv_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a table."""
    return list(_with_source(path, _table_lines(path)))


def row_of_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """A row of flat fields, by their names; see :func:`from_csv`."""
    row: dict[str, Any] = {}
    for field, value in record.items():
        part, dot, rest = field.partition(".")
        if _missing(value):
            continue
        if field in _WHOLE:
            row[field] = value
        elif dot and part in _DOTTED:
            row.setdefault(part, {})[rest] = value
        else:
            row.setdefault("inputs", {})[field] = value
    return row


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value) or _is_nan(value)


def _is_nan(value: Any) -> bool:
    # NaN and NaT are the values that differ from themselves; a column of lists has arrays, which are no such.
    return not isinstance(value, (str, list, dict)) and getattr(value, "ndim", 0) == 0 and value != value  # noqa: PLR0124 - see above


def _with_source(path: Path, numbered: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[dict[str, Any]]:
    for line, record in numbered:
        row = row_of_record(record)
        row.setdefault("source", RowSource(RowOrigin.DOCUMENT, {"path": path.name, "line": line}))
        yield row


def _json_lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InvalidArgumentError(f"{path}, line {number}: this is no JSON: {error}") from error
        if not isinstance(record, dict):
            raise InvalidArgumentError(f"{path}, line {number}: this is no JSON object but {type(record).__name__}")
        yield number, record


def _table_lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    for record in reader:
        if None in record:
            raise InvalidArgumentError(f"{path}, line {reader.line_num}: it has more fields than the header")
        yield reader.line_num, record


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidArgumentError(f"{path} is not in UTF-8: {error}") from error
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}") from error
