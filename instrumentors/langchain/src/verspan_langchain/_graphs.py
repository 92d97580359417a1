"""Graphs of LangGraph: agents and workflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan import semconv
from verspan.instrumentation.fields import fields, text
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.steps import Invocation, OperationReader, Outcome
from verspan_langchain._configs import conversation_id, metadata, run_name
from verspan_langchain._control import is_failure
from verspan_langchain._messages import is_message, last_message, messages_of

_UNNAMED = "LangGraph"  # the name of every graph that has none
_AGENT_FACTORY = "langchain_create_agent"
_INTERRUPT = "__interrupt__"


class GraphReader(OperationReader):
    """Reads runs of a graph, all of which come through its ``stream`` or ``astream``.

    A graph that calls tools by a tool node of its own, or that ``create_agent`` has made, is an agent; any other is a
    workflow.
    """

    def operation(self, call: Invocation) -> Operation:
        """The graph."""
        graph, given = call.instance, call.argument(1, "config")
        own = getattr(graph, "config", None)
        kind = "invoke_agent" if _is_agent(graph, own) else "invoke_workflow"
        conversation = conversation_id(given, own)
        attributes = {semconv.GEN_AI_CONVERSATION_ID: conversation} if conversation else {}
        return Operation(kind, _name(graph, given, own), attributes)

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """The messages of its state, or the state."""
        run.say_input(messages_of(call.argument(0, "input"), "user"))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """The last message of its state, or the state."""
        if output is not None:
            run.say_output(last_message(output))

    def outcome(self, run: OperationRun, call: Invocation) -> Outcome:  # noqa: ARG002 - it depends on the call alone
        """The state that it streams, as far as it does."""
        return _State(call)

    def is_failure(self, raised: BaseException) -> bool:
        """An interrupt waits for a human, and a command goes on in another graph: neither is a failure."""
        return is_failure(raised)


class _State(Outcome):
    """The graph's last state, by what its stream says of it."""

    def __init__(self, call: Invocation) -> None:
        mode = call.kwargs.get("stream_mode") or getattr(call.instance, "stream_mode", "values")
        self._mode = mode if isinstance(mode, str) else None
        self._subgraphs = bool(call.kwargs.get("subgraphs"))
        self._values: Any = None
        self._update: Any = None
        self._message: Any = None

    def add(self, chunk: Any) -> None:
        """Take what the stream gives next."""
        namespace, mode, data = self._told(chunk)
        if namespace:  # of a graph inside this one
            return
        if mode == "values":
            self._values = data
        elif mode == "updates":
            self._add_updates(data)
        elif mode == "messages" and is_message(data[0]):  # and no event of the newer protocol
            self._add_message(data[0])

    def output(self) -> Any:
        """The state, or its last update, or the last message."""
        values = self._values
        if isinstance(values, Mapping):
            values = {name: value for name, value in values.items() if name != _INTERRUPT}
        return next((found for found in (values, self._update, self._message) if found is not None), None)

    def _told(self, chunk: Any) -> tuple[Any, Any, Any]:
        """Which graph says something, in which mode, and what."""
        if isinstance(chunk, dict) and {"type", "ns", "data"} <= chunk.keys():
            return chunk["ns"], chunk["type"], chunk["data"]
        namespace: Any = ()
        if self._subgraphs:
            namespace, *rest = chunk
            chunk = rest[0] if len(rest) == 1 else tuple(rest)
        return (namespace, self._mode, chunk) if self._mode else (namespace, *chunk)

    def _add_updates(self, updates: Any) -> None:
        for node, update in fields(updates).items():
            if update is not None and node != _INTERRUPT:
                self._update = update

    def _add_message(self, message: Any) -> None:
        known = self._message
        same = known is not None and known.id == message.id and type(known) is type(message)
        self._message = known + message if same else message


def _is_agent(graph: Any, own: Any) -> bool:
    if metadata(own).get("ls_integration") == _AGENT_FACTORY:
        return True
    bound = (getattr(node, "bound", None) for node in graph.nodes.values())
    return any(kind.__name__ == "ToolNode" for one in bound for kind in type(one).__mro__)


def _name(graph: Any, given: Any, own: Any) -> str | None:
    """The name that somebody gave; a class's or the library's is none."""
    name = text(getattr(graph, "name", None))
    if name and name != _UNNAMED:
        return name
    functions = [*graph.nodes]  # an entrypoint's graph has its function as the only node, and no start beside it
    return run_name(given, own) or (functions[0] if len(functions) == 1 else None)
