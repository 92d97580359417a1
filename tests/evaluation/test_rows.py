"""What there is to evaluate, in whatever form it is given."""

from __future__ import annotations

import pytest

from verspan import semconv
from verspan.datasets.model import DatasetRow, RowOrigin, RowSource
from verspan.datasets.rows import new_dataset
from verspan.evaluation.rows import dataset_of, trace_id_of
from verspan.store.conformance.records import span
from verspan.store.interface import Store
from verspan.traces.model import Trace


def a_trace(store: Store, **attributes: str) -> Trace:
    """The trace of one span with these attributes, out of the store."""
    store.write_spans([span(1, attributes={getattr(semconv, name): value for name, value in attributes.items()})])
    trace = store.get_trace(span(1).trace_id)
    assert trace is not None
    return trace


def test_mappings() -> None:
    """Mappings are rows as a dataset has them, under the same digest; those that ask the same are numbered."""
    given = [{"inputs": {"question": "a"}}, {"inputs": {"question": "b"}}]
    assert dataset_of(given).digest == new_dataset("rows", given).digest
    assert dataset_of(given[::-1]).digest == dataset_of(given).digest
    twice = dataset_of([*given, given[0]]).rows
    assert twice[2].row_id == f"{twice[0].row_id}-2"


def test_dataset() -> None:
    """A dataset stays what it is, and its rows alone are taken as they are."""
    dataset = new_dataset("support", [{"row_id": "a", "inputs": {"question": "a"}}])
    assert dataset_of(dataset) is dataset
    assert dataset_of(dataset.rows).rows == dataset.rows


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [('{"question": "a"}', {"question": "a"}), ('["a"]', {"inputs": ["a"]}), ("a", {"inputs": "a"})],
)
def test_traces(store: Store, inputs: str, expected: dict[str, object]) -> None:
    """A trace is a row with what its root was given and what it answered."""
    trace = a_trace(store, VERSPAN_INPUTS=inputs, VERSPAN_OUTPUTS='"A"')
    (row,) = dataset_of([trace]).rows
    source = RowSource(RowOrigin.TRACE, {"trace_id": trace.trace_id})
    assert row == DatasetRow(trace.trace_id, expected, source=source, outputs="A")
    assert trace_id_of(row) == trace.trace_id
