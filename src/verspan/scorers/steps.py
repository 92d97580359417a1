"""The steps of a trace that scorers look at: calls of tools, and retrievals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verspan.errors import InvalidArgumentError
from verspan.instrumentation.fields import field, items, text
from verspan.scorers.json_values import NotJsonError, parsed
from verspan.semconv import (
    GEN_AI_OPERATION_NAME,
    GEN_AI_OUTPUT_MESSAGES,
    GEN_AI_RETRIEVAL_DOCUMENTS,
    GEN_AI_TOOL_CALL_ARGUMENTS,
    GEN_AI_TOOL_NAME,
)
from verspan.traces.model import CALL_OPERATIONS, SpanRecord, Trace


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool."""

    name: str
    arguments: Any = None
    """None where they are not known, or do not matter."""


def tool_calls(trace: Trace) -> Sequence[ToolCall]:
    """The calls of tools, in the order in which they began.

    They are read from the spans of tools that ran. Where there is none, they are what models asked for in the spans of
    their calls.
    """
    return list(_run(trace)) or list(_asked_for(trace))


def _run(trace: Trace) -> Iterator[ToolCall]:
    """The tools that ran; one that two instrumentors tell of, one span inside the other, ran once."""
    parents = {stored.span.span_id: stored.span.parent_span_id for stored in trace.spans}
    told: dict[str, ToolCall] = {}
    for span in _of_operation(trace, "execute_tool"):
        name = text(span.attributes.get(GEN_AI_TOOL_NAME))
        if name is not None:
            call = told[span.span_id] = ToolCall(name, _content(span, GEN_AI_TOOL_CALL_ARGUMENTS))
            if not any(_same(call, told[above]) for above in _ancestors(span, parents) if above in told):
                yield call


def _same(inner: ToolCall, outer: ToolCall) -> bool:
    """Whether a call inside another may be the same one; a tool that calls itself does so with other arguments."""
    known = inner.arguments is not None and outer.arguments is not None
    return inner.name == outer.name and (not known or inner.arguments == outer.arguments)


def _ancestors(span: SpanRecord, parents: Mapping[str, str | None]) -> Iterator[str]:
    seen = {span.span_id}
    above = span.parent_span_id
    while above is not None and above not in seen:
        seen.add(above)
        yield above
        above = parents.get(above)


def _asked_for(trace: Trace) -> Iterator[ToolCall]:
    for span in _of_operation(trace, *CALL_OPERATIONS):
        for message in items(_content(span, GEN_AI_OUTPUT_MESSAGES)):
            for part in items(field(message, "parts")):
                name = text(field(part, "name"))
                if field(part, "type") == "tool_call" and name is not None:
                    yield ToolCall(name, _read(field(part, "arguments")))


def retrieved_ids(trace: Trace) -> Sequence[str]:
    """The ids of the documents that were found, each once, best first: in the order of retrievals and of their results.

    Raises:
        InvalidArgumentError: a retrieval's documents were not kept, or have no ids.
    """
    found = (_document_id(one) for span in _of_operation(trace, "retrieval") for one in _documents(span))
    return list(dict.fromkeys(found))


def retrieved_documents(trace: Trace) -> Sequence[Any] | None:
    """The documents of all retrievals as they were kept, in their order; None where nothing was retrieved.

    Raises:
        InvalidArgumentError: a retrieval's documents were not kept.
    """
    retrievals = _of_operation(trace, "retrieval")
    return [document for span in retrievals for document in _documents(span)] if retrievals else None


def _documents(span: SpanRecord) -> Sequence[Any]:
    if GEN_AI_RETRIEVAL_DOCUMENTS not in span.attributes:
        raise InvalidArgumentError(f"the documents of retrieval {span.name!r} were not kept: see docs/content.md")
    return items(_content(span, GEN_AI_RETRIEVAL_DOCUMENTS))


def _document_id(document: Any) -> str:
    found = field(document, "id")
    if found is None:
        raise InvalidArgumentError("a retrieved document has no id, so that it cannot be told which it is")
    return str(found)


def _of_operation(trace: Trace, *operations: str) -> Sequence[SpanRecord]:
    spans = (stored.span for stored in trace.spans)
    return [span for span in spans if span.attributes.get(GEN_AI_OPERATION_NAME) in operations]


def _content(span: SpanRecord, name: str) -> Any:
    return _read(span.attributes.get(name))


def _read(value: Any) -> Any:
    """What is kept as JSON text, and what was kept as it is."""
    try:
        return parsed(value)
    except NotJsonError:
        return value
