"""Datasets from Parquet files, read batch by batch by pyarrow, whose types are made those that JSON has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any
from uuid import UUID

from verspan.datasets.api import create_dataset
from verspan.datasets.files import row_of_record
from verspan.datasets.model import Dataset, RowOrigin, RowSource
from verspan.errors import InvalidArgumentError, MissingPackageError, NotFoundError

_BATCH = 1_024
_PARTS = ("inputs", "expectations", "tags")


def from_parquet(name: str, path: str | PathLike[str], tags: Mapping[str, Any] | None = None) -> Dataset:
    """Keep a dataset of a Parquet file, whose columns are read as those of :func:`verspan.datasets.from_csv`.

    Columns ``inputs``, ``expectations`` and ``tags`` may be structs or maps instead, and all may be nested. Null, and
    NaN in a column of its own, is left out; inside a list or a deeper struct it is null. A category is its value.
    Times, to the microsecond, are texts of ISO 8601, with an offset where the column has a time zone; decimals are
    texts with all their digits, UUIDs texts.

    Args:
        name: the dataset's name.
        path: the file.
        tags: more about the dataset, kept as texts.

    Raises:
        InvalidArgumentError: it is no Parquet file, a row is not usable, or a value is one that JSON does not have:
            bytes, a duration, a time finer than a microsecond, a map whose keys are no texts. The message names the
            row, from 1 on, and the column.
        MissingPackageError: pyarrow is not installed.
        NotFoundError: the file cannot be read.
        StoreError: the store cannot be written.
    """
    return create_dataset(name, parquet_rows(Path(path)), tags)


def parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, of which a batch at a time is in memory; see :func:`from_parquet`."""
    arrow, parquet = _needed("pyarrow"), _needed("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            first = 1
            for batch in file.iter_batches(_BATCH):
                yield from _rows(path, batch, first, arrow)
                first += batch.num_rows
    except arrow.ArrowInvalid as error:
        raise InvalidArgumentError(f"{path} is no Parquet file, or not whole: {error}") from error
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror or error}") from error


def _needed(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingPackageError("reading Parquet needs pyarrow: pip install 'verspan[parquet]'") from error


def _rows(path: Path, batch: Any, first: int, arrow: Any) -> Iterator[dict[str, Any]]:
    columns = {
        name: _values(f"{path}, column {name!r}", column, first, arrow)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
    for at in range(batch.num_rows):
        record = {name: _without_nulls(name, values[at]) for name, values in columns.items()}
        row = row_of_record(record)
        row.setdefault("source", RowSource(RowOrigin.DOCUMENT, {"path": path.name, "row": first + at}))
        yield row


def _without_nulls(name: str, value: Any) -> Any:
    """A part of a row without what is null: every row of a struct has all its members."""
    if name not in _PARTS or not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if item is not None}


def _values(what: str, column: Any, first: int, arrow: Any) -> list[Any]:
    """The values of a column, as JSON has them."""
    kind = _to_microseconds(column.type, arrow)
    found = _python_values(what, column if kind == column.type else _cast(what, column, kind, first, arrow))
    if _is_plain(kind, arrow.types):
        return found
    return [_value(value, kind, f"{what}, row {row}", arrow.types) for row, value in enumerate(found, start=first)]


def _python_values(what: str, column: Any) -> list[Any]:
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError) as error:  # a year that Python's dates do not have, a text that is no UTF-8
        raise InvalidArgumentError(f"{what}: {error}") from error
    return values


def _cast(what: str, column: Any, kind: Any, first: int, arrow: Any) -> Any:
    try:
        return column.cast(kind)
    except arrow.ArrowInvalid as error:
        row = next(at for at in range(len(column)) if _is_finer(column.slice(at, 1), kind, arrow))
        raise InvalidArgumentError(
            f"{what}, row {first + row}: the time is finer than a microsecond, which is not kept: round it"
        ) from error


def _is_finer(column: Any, kind: Any, arrow: Any) -> bool:
    try:
        column.cast(kind)
    except arrow.ArrowInvalid:
        return True
    return False


def _to_microseconds(kind: Any, arrow: Any) -> Any:
    """A type with microseconds for nanoseconds, which Python's times do not have."""
    types = arrow.types
    if types.is_timestamp(kind) and kind.unit == "ns":
        return arrow.timestamp("us", kind.tz)
    if types.is_time64(kind) and kind.unit == "ns":
        return arrow.time64("us")
    if types.is_struct(kind):
        return arrow.struct([field.with_type(_to_microseconds(field.type, arrow)) for field in kind])
    if types.is_list(kind):
        return arrow.list_(kind.value_field.with_type(_to_microseconds(kind.value_type, arrow)))
    if types.is_large_list(kind):
        return arrow.large_list(kind.value_field.with_type(_to_microseconds(kind.value_type, arrow)))
    return kind


def _is_plain(kind: Any, types: Any) -> bool:
    """Whether JSON has every value of a type."""
    if types.is_dictionary(kind):
        return _is_plain(kind.value_type, types)
    plain = (types.is_boolean, types.is_integer, types.is_floating, types.is_string, types.is_large_string)
    return any(is_such(kind) for is_such in plain) or types.is_null(kind)


def _value(value: Any, kind: Any, what: str, types: Any) -> Any:
    """A value as JSON has it."""
    if value is None:
        return None
    if types.is_struct(kind):
        return {field.name: _value(value[field.name], field.type, f"{what}, {field.name!r}", types) for field in kind}
    if types.is_map(kind):
        return {_key(key, what): _value(item, kind.item_type, f"{what}, {key!r}", types) for key, item in value}
    if isinstance(value, list):
        return [_value(item, kind.value_type, what, types) for item in value]
    return _leaf(value, kind, what)


def _leaf(value: Any, kind: Any, what: str) -> Any:
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (bool, int, float, str)):
        return value
    raise InvalidArgumentError(f"{what}: JSON has no {kind}, so it cannot be part of a row")


def _key(key: Any, what: str) -> str:
    if isinstance(key, str):
        return key
    raise InvalidArgumentError(f"{what}: the key {key!r} of a map is no text, and JSON has no other")
