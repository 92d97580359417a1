"""Answers and traces as tests of scorers make them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from verspan.scorers.model import Answer
from verspan.traces.model import SpanRecord, StoredSpan, Trace, TraceStatus, TraceSummary

SUMMARY = TraceSummary(
    trace_id="1" * 32,
    name="answer",
    status=TraceStatus.OK,
    start_ns=1_000_000_000,
    end_ns=1_250_000_000,
    span_count=1,
    error_count=0,
    model_id=None,
    model_name=None,
    experiment_name=None,
    session_id=None,
    user_id=None,
    input_tokens=30,
    output_tokens=12,
    cost_usd=0.25,
    unpriced_calls=0,
)


def answer(outputs: Any = None, trace: Trace | None = None, **expectations: Any) -> Answer:
    """An answer with expectations."""
    return Answer({"question": "?"}, outputs, expectations, trace)


def trace_of(*spans: SpanRecord, **summary: Any) -> Trace:
    """A trace of spans, in their order."""
    return Trace(replace(SUMMARY, **summary), [StoredSpan(span) for span in spans])


def step(number: int, attributes: Mapping[str, Any], parent: int | None = None) -> SpanRecord:
    """A span of a trace."""
    return SpanRecord(
        trace_id=SUMMARY.trace_id,
        span_id=f"{number:016x}",
        parent_span_id=None if parent is None else f"{parent:016x}",
        name=f"step {number}",
        kind="INTERNAL",
        start_ns=number,
        end_ns=number + 1,
        attributes=attributes,
    )


def tool_run(number: int, name: str, arguments: Any = None, parent: int | None = None) -> SpanRecord:
    """A tool that ran."""
    called = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}
    known = {} if arguments is None else {"gen_ai.tool.call.arguments": json.dumps(arguments)}
    return step(number, {**called, **known}, parent)


def retrieval(number: int, *documents: Any) -> SpanRecord:
    """A retrieval that found documents."""
    found = {"gen_ai.retrieval.documents": json.dumps(documents)}
    return step(number, {"gen_ai.operation.name": "retrieval", **found})
