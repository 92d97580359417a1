"""Query engines and chat engines, and the retrievers below them."""

from __future__ import annotations

from typing import Any

from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation.fields import integer
from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.steps import Invocation, OperationReader, Outcome
from verspan_llama_index._messages import messages_of, said_in

_MESSAGE = ("str_or_query_bundle", "message")  # what engines call it


class EngineReader(OperationReader):
    """Reads what an engine is asked: the outermost is a workflow, and those inside other steps have no span.

    A query that is answered as a stream is over when that has been read; a chat when it is answered.
    """

    generator_in = "response_gen"

    def operation(self, call: Invocation) -> Operation | None:  # noqa: ARG002 - the same for all engines
        """The workflow, which has no name: an engine has none."""
        return Operation("invoke_workflow") if current_run() is None else None

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """The question."""
        run.say_input(messages_of(_asked(call), "user"))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """The answer; one of a chat that is streamed is not there yet."""
        answer = output if isinstance(output, str) else getattr(output, "response", None)
        if run.captures and isinstance(answer, str):
            run.say_output(messages_of(answer, "assistant"))

    def outcome(self, run: OperationRun, call: Invocation) -> Outcome:  # noqa: ARG002 - the same for all
        """The text of a stream."""
        return _Text()


class _Text(Outcome):
    """The pieces of an answer."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def add(self, chunk: Any) -> None:
        """Take the next piece."""
        self._pieces.append(str(chunk))

    def output(self) -> str:
        """The whole answer."""
        return "".join(self._pieces)


class RetrieverReader(OperationReader):
    """Reads runs of a retriever."""

    def operation(self, call: Invocation) -> Operation:
        """The retrieval."""
        top_k = integer(getattr(call.instance, "_similarity_top_k", None))
        attributes = {} if top_k is None else {semconv.GEN_AI_RETRIEVAL_TOP_K: top_k}
        return Operation("retrieval", None, attributes, SpanKind.CLIENT)

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """The query."""
        run.say_text(semconv.GEN_AI_RETRIEVAL_QUERY_TEXT, said_in(_asked(call)))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """Which nodes it found; not what they say."""
        if run.captures:
            run.say(semconv.GEN_AI_RETRIEVAL_DOCUMENTS, [_document(one) for one in output])


def _asked(call: Invocation) -> Any:
    return next((found for name in _MESSAGE if (found := call.argument(0, name)) is not None), None)


def _document(found: Any) -> dict[str, Any]:
    document = {"id": found.node.node_id}
    return document if found.score is None else {**document, "score": float(found.score)}
