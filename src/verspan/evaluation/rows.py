"""What there is to evaluate, whatever form it is given in, as a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from verspan import semconv
from verspan.datasets.model import Dataset, DatasetRow, RowOrigin, RowSource, digest_of, row_id_of
from verspan.errors import InvalidArgumentError
from verspan.traces.model import Trace

TRACE_ID = "trace_id"
"""The member of a row's source that names the trace which the row comes from."""
_UNNAMED = "rows"
_FIELDS = frozenset({"row_id", "inputs", "expectations", "tags", "outputs", "trace_id"})


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
    return Dataset(_UNNAMED, digest_of([_canonical(row) for row in rows]), rows)


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
    if not isinstance(given, Mapping) or not isinstance(given.get("inputs"), Mapping):
        raise InvalidArgumentError(f"row {number} is no mapping with inputs, which are a mapping of arguments by name")
    unknown = sorted(map(str, given.keys() - _FIELDS))
    if unknown:
        raise InvalidArgumentError(f"row {number} has {', '.join(unknown)}: a row has {', '.join(sorted(_FIELDS))}")
    trace_id = given.get("trace_id")
    return DatasetRow(
        row_id=given.get("row_id") or row_id_of(_json(given["inputs"])),
        inputs=given["inputs"],
        expectations=given.get("expectations") or {},
        tags=given.get("tags") or {},
        source=None if trace_id is None else RowSource(RowOrigin.TRACE, {TRACE_ID: trace_id}),
        outputs=given.get("outputs"),
    )


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
        apart.append(row if nth == 1 else DatasetRow(**{**vars(row), "row_id": f"{row.row_id}-{nth}"}))
    return apart


def _canonical(row: DatasetRow) -> bytes:
    told = {"row_id": row.row_id, "inputs": row.inputs, "expectations": row.expectations, "tags": row.tags}
    return _json(told if row.outputs is None else {**told, "outputs": row.outputs})


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    except (TypeError, orjson.JSONEncodeError) as error:
        raise InvalidArgumentError(f"a row cannot be written as JSON: {error}") from error
