"""Datasets from stored traces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

import verspan
from verspan import semconv
from verspan.assessments.model import CODE, AssessmentSource, AssessmentSourceType, Expectation, Feedback
from verspan.datasets.model import Dataset, DatasetRow, RowOrigin, RowSource, row_id_of
from verspan.errors import InvalidArgumentError, NotFoundError, VerspanError
from verspan.store.conformance.records import SECOND_NS, START_NS, message, refused, span, stamp, trace_id
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.versions.identity import model_id_for

ANN = AssessmentSource(AssessmentSourceType.HUMAN, "ann")


def asking(number: int, question: str, answer: str = '"Shipped."', version: str = "v1", **fields: Any) -> SpanRecord:
    """A trace of one function that was asked a question."""
    said = {semconv.VERSPAN_INPUTS: f'{{"question":"{question}"}}', semconv.VERSPAN_OUTPUTS: answer}
    attributes = {**stamp(version), **said, **fields.pop("attributes", {})}
    return span(number, trace=number, attributes=attributes, **fields)


def sources(dataset: Dataset) -> list[str]:
    """The traces that the rows are from."""
    return [row.source.source_data["trace_id"] for row in dataset.rows if row.source]


def expected(number: int, name: str, value: Any, source: AssessmentSource = ANN, **fields: Any) -> Expectation:
    """What somebody expects of a trace."""
    return Expectation(name, value, source, trace_id=trace_id(number), **fields)


def test_rows(store: Store) -> None:
    """A row has what the root was asked and answered, and what people expect of the whole trace, as they last said."""
    store.write_spans([asking(1, "Where?"), span(9, trace=1, parent=1, attributes={semconv.VERSPAN_INPUTS: '{"x":1}'})])
    first, *_ = store.assessments.add(
        [
            expected(1, "expected_response", "Lost."),
            expected(1, "facts", ["a"]),
            expected(1, "machine", 1, CODE),
            expected(1, "of_span", 1, span_id=f"{9:016x}"),
            Feedback("helpful", value=False, source=ANN, trace_id=trace_id(1)),
        ]
    )
    store.assessments.add([expected(1, "expected_response", "Sent.", overrides=first.assessment_id)])
    expectations = {"expected_response": "Sent.", "facts": ["a"]}
    source = RowSource(RowOrigin.TRACE, {"trace_id": trace_id(1)})
    asked = row_id_of(b'{"question":"Where?"}')
    row = DatasetRow(asked, {"question": "Where?"}, expectations, source=source, outputs="Shipped.")
    trace = store.get_trace(trace_id(1))
    assert trace is not None
    for given in (None, [trace_id(1)], [trace.summary], [trace]):
        assert verspan.datasets.from_traces("asked", given).rows == [row]


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"model": "v2"}, [2]),
        ({"model": model_id_for("support", "v1")}, [1, 3]),
        ({"status": "ERROR"}, [3]),
        ({"since": datetime.fromtimestamp(START_NS / SECOND_NS + 1.5, timezone.utc)}, [2, 3]),
        ({"text": "delta"}, [2]),
    ],
)
def test_chosen(store: Store, chosen: dict[str, Any], numbers: Sequence[int]) -> None:
    """Traces are chosen by version, status, time and text; those of evaluations never are."""
    store.write_spans(
        [
            asking(1, "alpha"),
            asking(2, "delta", version="v2"),
            asking(3, "gamma", status_code="ERROR"),
            asking(4, "delta", version="v2", attributes={semconv.VERSPAN_EVALUATION_RUN: "r-1"}),
        ]
    )
    found = sources(verspan.datasets.from_traces("asked", **chosen))
    assert sorted(found) == [trace_id(number) for number in numbers]


def test_sample(store: Store) -> None:
    """A sample is the same for the same seed, another for another, and all where there are no more."""
    store.write_spans([asking(number, f"question {number}") for number in range(1, 41)])

    def sampled(**given: int) -> list[str]:
        return sorted(sources(verspan.datasets.from_traces("asked", **given)))  # type: ignore[arg-type]  # numbers alone

    assert sampled(sample=10) == sampled(sample=10, seed=0) != sampled(sample=10, seed=1)
    assert (len(sampled(sample=10)), len(sampled(sample=100))) == (10, 40)


def test_same_inputs(store: Store) -> None:
    """Of traces that were asked the same, one that somebody expects something of is taken, else the newest."""
    store.write_spans([asking(number, "same" if number < 4 else "other") for number in (1, 2, 3, 4, 5)])
    store.assessments.add([expected(2, "expected_response", "Sent.")])
    assert sorted(sources(verspan.datasets.from_traces("asked"))) == [trace_id(2), trace_id(5)]


def test_bare_call(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """A call of a model has its messages; what has neither inputs nor messages is left out, and that is told."""
    asked, answered = [message("user", "Hi")], [message("assistant", "Hello")]
    told = {semconv.GEN_AI_INPUT_MESSAGES: asked, semconv.GEN_AI_OUTPUT_MESSAGES: answered}
    plain = {semconv.VERSPAN_INPUTS: "just text", semconv.VERSPAN_OUTPUTS: "not { json"}
    store.write_spans([span(1, trace=1, attributes=told), span(2, trace=2), span(3, trace=3, attributes=plain)])
    rows = verspan.datasets.from_traces("asked", [trace_id(number) for number in (1, 2, 3)]).rows
    assert [(row.inputs, row.outputs) for row in rows] == [
        ({"messages": asked}, answered),
        ({"inputs": "just text"}, "not { json"),
    ]
    assert [record.getMessage() for record in caplog.records] == [
        "1 of 3 traces have no recorded inputs and are left out of the dataset."
    ]


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (NotFoundError, lambda: verspan.datasets.from_traces("asked", [trace_id(7)])),
        (NotFoundError, lambda: verspan.datasets.from_traces("asked", model="v9")),
        (InvalidArgumentError, lambda: verspan.datasets.from_traces("asked", status="FINE")),
        (InvalidArgumentError, lambda: verspan.datasets.from_traces("asked", sample=0)),
        (InvalidArgumentError, lambda: verspan.datasets.from_traces("asked", text="nobody said this")),
    ],
)
def test_not_usable(store: Store, kind: type[VerspanError], action: Callable[[], object]) -> None:
    """What is not there is told, and no dataset is kept."""
    store.write_spans([asking(1, "alpha")])
    refused(kind, action)
    assert store.datasets.versions() == []
