"""Retrievers."""

from __future__ import annotations

from typing import Any

from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation.fields import field, integer, number
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.steps import Invocation, OperationReader

_SCORES = ("score", "relevance_score")  # where stores and rerankers put it


class RetrieverReader(OperationReader):
    """Reads runs of a retriever."""

    def operation(self, call: Invocation) -> Operation:
        """The retrieval."""
        top_k = integer(field(getattr(call.instance, "search_kwargs", None), "k"))
        attributes = {} if top_k is None else {semconv.GEN_AI_RETRIEVAL_TOP_K: top_k}
        return Operation("retrieval", None, attributes, SpanKind.CLIENT)

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """The query."""
        run.say_text(semconv.GEN_AI_RETRIEVAL_QUERY_TEXT, str(call.argument(0, "input")))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """Which documents it found; not what they say."""
        if run.captures:
            run.say(semconv.GEN_AI_RETRIEVAL_DOCUMENTS, [_document(one) for one in output])


def _document(document: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if (document_id := getattr(document, "id", None)) is not None:
        found["id"] = document_id
    scores = (number(field(getattr(document, "metadata", None), name)) for name in _SCORES)
    score = next((one for one in scores if one is not None), None)
    return found if score is None else {**found, "score": score}
