"""Retrievers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.steps import Invocation, OperationReader


class RetrieverReader(OperationReader):
    """Reads searches; one that asks another is one search."""

    def operation(self, call: Invocation) -> Operation | None:
        """A search of at most so many passages."""
        around = current_run()
        if around is not None and around.operation.operation_name == "retrieval":
            return None
        found = call.kwargs.get("k") or getattr(call.instance, "k", None)
        known = {semconv.GEN_AI_RETRIEVAL_TOP_K: found} if isinstance(found, int) else {}
        return Operation("retrieval", None, known, SpanKind.CLIENT)

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """Say what is looked for."""
        query = call.argument(0, "query")
        if isinstance(query, str):
            run.say_text(semconv.GEN_AI_RETRIEVAL_QUERY_TEXT, query)

    def read_output(self, run: OperationRun, output: Any) -> None:
        """Say what was found, the best first."""
        found = getattr(output, "passages", output)
        passages = found if isinstance(found, Sequence) and not isinstance(found, str) else [found]
        run.say(semconv.GEN_AI_RETRIEVAL_DOCUMENTS, [{"content": _text(passage)} for passage in passages])


def _text(passage: Any) -> str:
    return str(passage.get("text", passage) if isinstance(passage, dict) else passage)
