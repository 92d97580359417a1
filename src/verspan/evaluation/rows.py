"""What there is to evaluate, whatever form it is given in, as a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from verspan import semconv
from verspan.datasets.canonical import dataset_digest
from verspan.datasets.model import Dataset, DatasetRow, RowOrigin, RowSource
from verspan.datasets.rows import row_of
from verspan.errors import InvalidArgumentError
from verspan.traces.model import Trace

TRACE_ID = "trace_id"
"""The member of a row's source that names the trace which the row comes from."""
_UNNAMED = "rows"


def dataset_of(data: Any) -> Dataset:
    """Rows as a dataset.

    Args:
        data: a dataset, or rows: each a :class:`~verspan.datasets.model.DatasetRow`, a trace, or a mapping with
            ``inputs`` and perhaps ``expectations``, ``outputs``, ``tags``, ``row_id`` and ``trace_id``.

    Raises:
        InvalidArgumentError: a row is none of these, or there is none.
    """
    if isinstance(data, Dataset):
        return data
    if isinstance(data, (str, bytes, Mapping)) or not isinstance(data, Iterable):
        raise InvalidArgumentError(f"data is a dataset or a list of rows, and not {type(data).__name__}")
    rows = _told_apart([_row(each, number) for number, each in enumerate(data, start=1)])
    if not rows:
        raise InvalidArgumentError("data has no rows: there is nothing to evaluate")
    return Dataset(_UNNAMED, dataset_digest(rows), rows)


def trace_id_of(row: DatasetRow) -> str | None:
    """The trace that a row comes from; None where it comes from none."""
    return None if row.source is None else row.source.source_data.get(TRACE_ID)


def row_of_trace(trace: Trace) -> DatasetRow:
    """A trace as a row: what its root was given and what it answered."""
    root = next((stored.span for stored in trace.spans if stored.span.parent_span_id is None), None)
    attributes = {} if root is None else root.attributes
    inputs = _content(attributes, semconv.VERSPAN_INPUTS, semconv.GEN_AI_INPUT_MESSAGES)
    named = inputs if isinstance(inputs, Mapping) else {"inputs": inputs}
    outputs = _content(attributes, semconv.VERSPAN_OUTPUTS, semconv.GEN_AI_OUTPUT_MESSAGES)
    source = RowSource(RowOrigin.TRACE, {TRACE_ID: trace.trace_id})
    return DatasetRow(trace.trace_id, named, source=source, outputs=outputs)


def _row(given: Any, number: int) -> DatasetRow:
    if isinstance(given, DatasetRow):
        return given
    if isinstance(given, Trace):
        return row_of_trace(given)
    if not isinstance(given, Mapping) or given.get(TRACE_ID) is None:
        return row_of(given, number)
    told = {name: value for name, value in given.items() if name != TRACE_ID}
    return replace(row_of(told, number), source=RowSource(RowOrigin.TRACE, {TRACE_ID: given[TRACE_ID]}))


def _content(attributes: Mapping[str, Any], *names: str) -> Any:
    found = next((attributes[name] for name in names if name in attributes), None)
    if not isinstance(found, (str, bytes)):
        return found
    try:
        return orjson.loads(found)
    except orjson.JSONDecodeError:  # cut short, or not ours
        return found


def _told_apart(rows: Sequence[DatasetRow]) -> list[DatasetRow]:
    """Rows with an id each: of several that ask the same, the later ones have their number behind it."""
    seen: Counter[str] = Counter()
    apart = []
    for row in rows:
        seen[row.row_id] += 1
        nth = seen[row.row_id]
        apart.append(row if nth == 1 else replace(row, row_id=f"{row.row_id}-{nth}"))
    return apart
