"""Chains: sequences of runnables, and the classes that LangChain had for chains and agents before them."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

from verspan import semconv
from verspan.instrumentation.fields import text
from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.steps import Invocation, OperationReader, Outcome
from verspan_langchain._configs import conversation_id, run_name
from verspan_langchain._control import is_failure
from verspan_langchain._messages import last_message, messages_of


class ChainReader(OperationReader):
    """Reads runs of a chain: the outermost is a workflow, and those inside other steps have no span."""

    def operation(self, call: Invocation) -> Operation | None:
        """The workflow."""
        return _operation("invoke_workflow", call) if current_run() is None else None

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """What the chain is given; of a batch, each."""
        given = call.argument(0, "inputs" if "inputs" in call.kwargs else "input")
        run.say_input(messages_of(given, "user"))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """What it gives; of a batch, each."""
        if run.captures and output is not None:
            run.say_output(messages_of(output, "assistant") if isinstance(output, list) else last_message(output))

    def outcome(self, run: OperationRun, call: Invocation) -> Outcome:  # noqa: ARG002 - the same for all
        """The sum of what it streams."""
        return _Sum()

    def is_failure(self, raised: BaseException) -> bool:
        """An interrupt of a graph is none."""
        return is_failure(raised)


class ExecutorReader(ChainReader):
    """Reads runs of the classes of former times, among which ``AgentExecutor`` is an agent."""

    def operation(self, call: Invocation) -> Operation | None:
        """The agent or the workflow."""
        if any(kind.__name__ == "AgentExecutor" for kind in type(call.instance).__mro__):
            return _operation("invoke_agent", call)
        return super().operation(call)


class _Sum(Outcome):
    """Chunks as LangChain adds them up: texts, messages and dictionaries of its own can be added."""

    def __init__(self) -> None:
        self._chunks: list[Any] = []

    def add(self, chunk: Any) -> None:
        """Take the next chunk."""
        self._chunks.append(chunk)

    def output(self) -> Any:
        """The sum; the last chunk where they cannot be added."""
        try:
            return reduce(add, self._chunks) if self._chunks else None
        except TypeError:
            return self._chunks[-1]


def _operation(kind: str, call: Invocation) -> Operation:
    given = call.argument(1, "config")
    first = given[0] if isinstance(given, list) and given else given
    conversation = conversation_id(first)
    attributes = {semconv.GEN_AI_CONVERSATION_ID: conversation} if conversation else {}
    return Operation(kind, text(getattr(call.instance, "name", None)) or run_name(first), attributes)
