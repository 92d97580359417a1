"""What changed from one version of a dataset to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verspan.datasets.model import Dataset, DatasetRow


@dataclass(frozen=True)
class FieldChange:
    """One field of a row that changed."""

    name: str
    """Such as ``expectations.expected_response``."""
    before: Any
    """None where there was none."""
    after: Any
    """None where there is none."""


@dataclass(frozen=True)
class RowChange:
    """A row that is in both versions, and differs."""

    row_id: str
    changes: Sequence[FieldChange]


@dataclass(frozen=True)
class DatasetDiff:
    """What changed, row by row; a row is the same row by its id."""

    added: Sequence[DatasetRow]
    removed: Sequence[DatasetRow]
    changed: Sequence[RowChange]
    unchanged: int
    """How many rows are the same in both."""


def diff_datasets(before: Dataset, after: Dataset) -> DatasetDiff:
    """What changed from one version of a dataset to another, or from one dataset to another.

    Where a row came from is no change of it.
    """
    earlier = {row.row_id: row for row in before.rows}
    later = {row.row_id: row for row in after.rows}
    common = [(earlier[row_id], row) for row_id, row in later.items() if row_id in earlier]
    changed = [RowChange(row.row_id, changes) for known, row in common if (changes := list(_field_changes(known, row)))]
    return DatasetDiff(
        added=[row for row_id, row in later.items() if row_id not in earlier],
        removed=[row for row_id, row in earlier.items() if row_id not in later],
        changed=changed,
        unchanged=len(common) - len(changed),
    )


def _field_changes(before: DatasetRow, after: DatasetRow) -> Iterator[FieldChange]:
    earlier, later = _fields(before), _fields(after)
    for name in sorted({*earlier, *later}):
        if earlier.get(name) != later.get(name):
            yield FieldChange(name, earlier.get(name), later.get(name))


def _fields(row: DatasetRow) -> Mapping[str, Any]:
    parts = {"inputs": row.inputs, "expectations": row.expectations, "tags": row.tags}
    named = {f"{part}.{name}": value for part, values in parts.items() for name, value in values.items()}
    return {**named, "outputs": row.outputs}
