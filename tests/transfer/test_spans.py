"""Spans as lines."""

from __future__ import annotations

import json

import pytest
from tests.transfer.conftest import spans

from verspan.traces.model import SpanRecord
from verspan.transfer.spans import parse_span, span_line


@pytest.mark.parametrize("span", spans(), ids=lambda span: ascii(span.name))
def test_there_and_back(span: SpanRecord) -> None:
    """A span comes back as it was, whatever its values."""
    line = span_line(span)
    found = parse_span(line)
    assert b"\n" not in line
    assert found.attributes == span.attributes
    assert {name: type(value) for name, value in found.attributes.items()} == {
        name: type(value) for name, value in span.attributes.items()
    }
    assert (list(found.events), list(found.links)) == (list(span.events), list(span.links))
    assert span_line(found) == line


def test_smallest() -> None:
    """What a span does not have is not in its line."""
    span = SpanRecord("1" * 32, "2" * 16, None, "step", "INTERNAL", 1, 2)
    assert json.loads(span_line(span)) == {
        "trace_id": "1" * 32,
        "span_id": "2" * 16,
        "name": "step",
        "kind": "INTERNAL",
        "start_ns": 1,
        "end_ns": 2,
        "status_code": "UNSET",
    }
    assert parse_span(span_line(span)) == SpanRecord(
        "1" * 32, "2" * 16, None, "step", "INTERNAL", 1, 2, attributes={}, events=[], links=[], resource={}
    )
