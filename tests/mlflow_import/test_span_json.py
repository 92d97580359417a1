"""Spans out of MLflow's JSON, in each of its forms."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from verspan.mlflow_import.model import MlflowSpan
from verspan.mlflow_import.span_json import span_from

TRACE, SPAN, PARENT = "0123456789abcdef" * 2, "0123456789abcdef", "fedcba9876543210"


def base64_of(digits: str) -> str:
    """An id as protocol buffers in JSON have it."""
    return base64.b64encode(bytes.fromhex(digits)).decode()


COMMON = {"name": "step", "start_time_unix_nano": 5, "end_time_unix_nano": 7}
STORED = {
    **COMMON,
    "trace_id": base64_of(TRACE),
    "span_id": base64_of(SPAN),
    "parent_span_id": base64_of(PARENT),
    "status": {"code": "STATUS_CODE_ERROR", "message": "no"},
    "attributes": {"mlflow.spanInputs": '{"a": [1, 2.5, null]}', "plain": "text", "number": 3},
    "events": [{"name": "exception", "time_unix_nano": 6, "attributes": {"exception.type": "1"}}],
    "links": [{"trace_id": "tr-" + TRACE, "span_id": "0x" + SPAN, "attributes": {"why": "retry"}}],
}
ANSWERED = {
    **STORED,
    "start_time_unix_nano": "5",
    "attributes": [
        {
            "key": "mlflow.spanInputs",
            "value": {
                "kvlist_value": {
                    "values": [
                        {
                            "key": "a",
                            "value": {
                                "arrayValue": {"values": [{"intValue": "1"}, {"double_value": 2.5}, {}]},
                            },
                        }
                    ]
                }
            },
        },
        {"key": "plain", "value": {"stringValue": "text"}},
        {"key": "number", "value": {"int_value": 3}},
    ],
    "events": [
        {
            "name": "exception",
            "time_unix_nano": 6,
            "attributes": [{"key": "exception.type", "value": {"string_value": "1"}}],
        }
    ],
}
EARLY = {**STORED, "trace_id": "tr-" + TRACE, "span_id": SPAN, "parent_span_id": "0x" + PARENT}


@pytest.mark.parametrize("document", [STORED, ANSWERED, EARLY], ids=["stored", "answered", "early"])
def test_forms(document: dict[str, Any]) -> None:
    """A span is the same in the database's form, the server's, and that of 3.5."""
    assert span_from(document) == MlflowSpan(
        trace_id=TRACE,
        span_id=SPAN,
        parent_span_id=PARENT,
        name="step",
        start_ns=5,
        end_ns=7,
        status="ERROR",
        status_message="no",
        attributes={"mlflow.spanInputs": {"a": [1, 2.5, None]}, "plain": "text", "number": 3},
        events=[("exception", 6, {"exception.type": "1"})],
        links=[(TRACE, SPAN, {"why": "retry"})],
    )


def test_root_that_has_not_ended() -> None:
    """A span without parent and end is a root that ended when it began."""
    span = span_from({**COMMON, "trace_id": TRACE, "span_id": SPAN, "parent_span_id": "", "end_time_unix_nano": None})
    assert (span.parent_span_id, span.end_ns, span.status, span.attributes) == (None, 5, "UNSET", {})


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"context": {"trace_id": TRACE}},
        {**STORED, "trace_id": "short"},
        {**STORED, "span_id": 7},
        {**STORED, "events": [{}]},
        {**STORED, "attributes": 7},
    ],
)
def test_no_span(document: dict[str, Any]) -> None:
    """What is no span of MLflow 3, such as one of MLflow 2, is refused."""
    with pytest.raises(ValueError, match="is not a"):
        span_from(document)
