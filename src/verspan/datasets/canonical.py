"""Rows as canonical JSON: what is the same is the same bytes, whoever made it and wherever.

Object members are sorted by name, there are no blanks, and text is UTF-8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from verspan.datasets.model import DatasetRow, RowOrigin, RowSource, digest_of
from verspan.errors import InvalidArgumentError

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY


def canonical(value: Any, what: str) -> bytes:
    """A value as canonical JSON.

    Args:
        value: as JSON has values; NumPy's numbers and arrays are understood, and what is no number becomes null.
        what: what it is, for the message.

    Raises:
        InvalidArgumentError: JSON has no such value.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except TypeError as error:
        raise InvalidArgumentError(f"{what} is not what JSON has: {error}") from error


def plain(value: Any, what: str) -> Any:
    """A value as it comes back from JSON.

    Raises:
        InvalidArgumentError: JSON has no such value.
    """
    return orjson.loads(canonical(value, what))


def row_content(row: DatasetRow) -> bytes:
    """What makes a row what it is: all but its source."""
    told = {"row_id": row.row_id, "inputs": row.inputs, "expectations": row.expectations, "tags": row.tags}
    answered = {} if row.outputs is None else {"outputs": row.outputs}
    return canonical({**told, **answered}, f"the row {row.row_id}")


def row_of_content(content: bytes, source: RowSource | None) -> DatasetRow:
    """The row that :func:`row_content` was given."""
    return DatasetRow(**orjson.loads(content), source=source)


def source_content(source: RowSource | None) -> bytes | None:
    """Where a row came from, as JSON."""
    if source is None:
        return None
    return canonical([source.source_type.value, source.source_data], "a row's source")


def source_of_content(content: bytes | None) -> RowSource | None:
    """The source that :func:`source_content` was given."""
    if content is None:
        return None
    source_type, source_data = orjson.loads(content)
    return RowSource(RowOrigin(source_type), source_data)


def dataset_digest(rows: Sequence[DatasetRow]) -> str:
    """The digest of a version with these rows, in any order."""
    return digest_of([row_content(row) for row in rows])
