"""Rows as people and programs give them, made into those of a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from verspan.datasets.canonical import canonical, dataset_digest, plain, row_content
from verspan.datasets.model import Dataset, DatasetRow, RowOrigin, RowSource, row_id_of
from verspan.errors import InvalidArgumentError
from verspan.versions.identity import checked_name

GivenRow = DatasetRow | Mapping[str, Any]
_PARTS = ("inputs", "expectations", "tags", "source", "row_id", "outputs")


def new_dataset(name: str, rows: Iterable[GivenRow], tags: Mapping[str, Any] | None = None) -> Dataset:
    """A version of a dataset that is kept nowhere yet. Rows that are the same in everything are one row.

    Args:
        name: the dataset's name.
        rows: as :func:`verspan.datasets.create_dataset` takes them.
        tags: more about it, as texts.

    Raises:
        InvalidArgumentError: a row is not usable, there is none, or two of the same id differ.
    """
    made: dict[str, DatasetRow] = {}
    for number, given in enumerate(rows, start=1):
        row = given if isinstance(given, DatasetRow) else row_of(given, number)
        if row_content(made.setdefault(row.row_id, row)) != row_content(row):
            raise InvalidArgumentError(
                f"row {number} has the id or the inputs of an earlier row and differs from it: give each a row_id"
            )
    if not made:
        raise InvalidArgumentError(f"the dataset {name!r} has no rows")
    kept = list(made.values())
    return Dataset(checked_name(name, "dataset's name"), dataset_digest(kept), kept, tags=texts(tags))


def row_of(given: Mapping[str, Any], number: int) -> DatasetRow:
    """A row as somebody writes it: ``inputs``, and ``expectations``, ``tags``, ``source``, ``row_id``, ``outputs``.

    Args:
        given: what was written.
        number: its place among others, from 1 on, for messages.

    Raises:
        InvalidArgumentError: it is not usable; the message says which row and what.
    """
    what = f"row {number}"
    if not isinstance(given, Mapping):
        raise InvalidArgumentError(f"{what} is {type(given).__name__} and not a mapping with inputs")
    unknown = [str(part) for part in given if part not in _PARTS]
    if unknown:
        raise InvalidArgumentError(f"{what} has {', '.join(unknown)}, and a row has {', '.join(_PARTS)} alone")
    inputs = _mapping(given, "inputs", what)
    if not inputs:
        raise InvalidArgumentError(f"{what} has no inputs: give the arguments of your function by name")
    return DatasetRow(
        row_id=str(given.get("row_id") or row_id_of(canonical(inputs, f"the inputs of {what}"))),
        inputs=inputs,
        expectations=_mapping(given, "expectations", what),
        tags=texts(_mapping(given, "tags", what)),
        source=_source(given.get("source"), what),
        outputs=plain(given.get("outputs"), f"what {what} has as outputs"),
    )


def texts(given: Mapping[str, Any] | None) -> dict[str, str]:
    """Tags, as texts."""
    return {str(name): str(value) for name, value in (given or {}).items()}


def _mapping(given: Mapping[str, Any], part: str, what: str) -> dict[str, Any]:
    value = given.get(part)
    if value is not None and not isinstance(value, Mapping):
        raise InvalidArgumentError(f"the {part} of {what} are {type(value).__name__} and not a mapping by name")
    found: dict[str, Any] = plain(dict(value or {}), f"what {what} has as {part}")
    return found


def _source(given: Any, what: str) -> RowSource | None:
    if given is None or isinstance(given, RowSource):
        return given
    try:
        return RowSource(RowOrigin(given["source_type"]), plain(given.get("source_data", {}), f"the source of {what}"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        known = ", ".join(origin.value for origin in RowOrigin)
        raise InvalidArgumentError(
            f"the source of {what} is no mapping with a source_type of {known}, and source_data"
        ) from error
