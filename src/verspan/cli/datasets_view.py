"""The columns of ``verspan datasets`` and what is below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verspan.cli.listing import Column, id_column
from verspan.cli.quantities import NOTHING, local_time
from verspan.datasets.comparing import DatasetDiff
from verspan.datasets.likeness import NearDuplicate
from verspan.datasets.model import DatasetRow
from verspan.datasets.records import DatasetVersion

_NS_PER_MS = 1_000_000
_STYLES = {"added": "green", "removed": "red", "changed": "yellow"}


def version_columns(versions: Sequence[DatasetVersion]) -> list[Column]:
    """Versions of datasets, a row for each."""
    return [
        Column("dataset", [each.name for each in versions], least=12, style="bold"),
        id_column("digest", [each.digest for each in versions]),
        Column("rows", [f"{each.row_count:,}" for each in versions], right=True),
        Column("kept", [local_time(each.created_ms * _NS_PER_MS) for each in versions], rank=1),
    ]


def row_columns(rows: Sequence[DatasetRow]) -> list[Column]:
    """Rows of a dataset."""
    columns = [
        Column("row", [each.row_id for each in rows], least=10, style="cyan"),
        Column("inputs", [_shown(each.inputs) for each in rows], least=16),
        Column("expectations", [_shown(each.expectations) for each in rows], rank=1, least=12),
        Column("outputs", [_shown(each.outputs) for each in rows], rank=2, least=12),
        Column("tags", [_shown(each.tags) for each in rows], rank=3, least=8),
        Column("from", [each.source.source_type.value if each.source else NOTHING for each in rows], rank=4),
    ]
    return [column for column in columns if any(cell != NOTHING for cell in column.cells)]


def alike_columns(alike: Sequence[NearDuplicate]) -> list[Column]:
    """Pairs of rows that are nearly the same."""
    return [
        Column("row", [each.row_id for each in alike], least=10, style="cyan"),
        Column("is like", [each.other_row_id for each in alike], least=10, style="cyan"),
        Column("words in common", [f"{each.similarity:.0%}" for each in alike], right=True),
    ]


def diff_columns(diff: DatasetDiff) -> list[Column]:
    """What changed, a line for each field of a changed row."""
    lines = [
        *(("added", row.row_id, "inputs", None, row.inputs) for row in diff.added),
        *(("removed", row.row_id, "inputs", row.inputs, None) for row in diff.removed),
        *(("changed", row.row_id, each.name, each.before, each.after) for row in diff.changed for each in row.changes),
    ]
    return [
        Column("", [line[0] for line in lines], styles=[_STYLES[line[0]] for line in lines]),
        Column("row", [line[1] for line in lines], least=10, style="cyan"),
        Column("what", [line[2] for line in lines], rank=1, least=8),
        Column("before", [_shown(line[3]) for line in lines], least=12),
        Column("after", [_shown(line[4]) for line in lines], least=12),
    ]


def _shown(value: Any) -> str:
    """A value on one line: a text as it is, anything else as JSON."""
    import orjson

    if value is None or value == {}:
        return NOTHING
    return value if isinstance(value, str) else orjson.dumps(value).decode()
