"""Workflows, and agents, which are workflows too: a run begins when it is called and goes on in tasks."""

from __future__ import annotations

from asyncio import Future
from typing import Any

from verspan import semconv
from verspan.instrumentation.fields import text
from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.steps import Invocation, OperationReader
from verspan_llama_index._control import is_failure
from verspan_llama_index._messages import messages_of

_UNNAMED = "Agent"  # the name of every agent that has none
_LIBRARY = ("llama_index.", "workflows.")


class WorkflowReader(OperationReader):
    """Reads runs of workflows: an agent's is that of an agent, any other a workflow's, that of several agents too."""

    def operation(self, call: Invocation) -> Operation:
        """The agent or the workflow."""
        workflow = call.instance
        agents = list(getattr(workflow, "agents", {}).values()) or [workflow]
        if len(agents) == 1 and hasattr(agents[0], "take_step"):
            return agent_operation(agents[0])
        return Operation("invoke_workflow", _name(workflow))

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """What the user says, after what has been said; of another workflow, the fields of its first event."""
        event = call.argument(1, "start_event")
        given = {name: value for name, value in call.kwargs.items() if name not in ("ctx", "start_event", "run_id")}
        if event is None:
            run.say_input(messages_of(given or None, "user"))
        elif hasattr(event, "user_msg"):
            said = messages_of(event.user_msg, "user")
            run.say_input([*messages_of(list(event.chat_history or ()) or None, "user"), *said])
        else:
            run.say_input(messages_of(event, "user"))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """What the agent answers; of another workflow, its result."""
        if run.captures:
            run.say_output(_answered(output))

    def going_on(self, output: Any) -> Future[Any] | None:
        """The future of the result: the handler itself, or since workflows 2 a task of the handler's."""
        return output if isinstance(output, Future) else getattr(output, "_result_task", None)

    def is_failure(self, raised: BaseException) -> bool:
        """A workflow that waits has not failed."""
        return is_failure(raised)


class TurnReader(OperationReader):
    """Reads a turn of one of several agents of a workflow: what it asks its model, and what it answers."""

    def operation(self, call: Invocation) -> Operation | None:
        """The agent; an agent that runs alone has its span already."""
        outer = current_run()
        inside = outer is not None and outer.operation.operation_name == "invoke_workflow"
        return agent_operation(call.instance) if inside else None

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """The messages that it asks with."""
        run.say_input(messages_of(list(call.argument(1, "llm_input") or ()), "user"))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """What it answers."""
        if run.captures:
            run.say_output(_answered(output))


def agent_operation(agent: Any) -> Operation:
    """An agent, by the name and the description that it was given."""
    name, description = text(agent.name), text(agent.description)
    named = name is not None and name != _UNNAMED
    attributes = {semconv.GEN_AI_AGENT_DESCRIPTION: description} if named and description else {}
    return Operation("invoke_agent", name if named else None, attributes)


def _name(workflow: Any) -> str | None:
    """The name that it was given, or its class's, unless that is the library's."""
    given = text(getattr(workflow, "_workflow_name", None))
    kind = type(workflow)
    return given or (None if kind.__module__.startswith(_LIBRARY) else kind.__name__)


def _answered(output: Any) -> list[Any]:
    result = output
    if (
        type(output).__name__ == "StopEvent"
    ):  # which wraps the result, where the workflow has no class of its own for it
        result = output.result
    response = getattr(result, "response", None)
    return messages_of(response if response is not None else result, "assistant") if result is not None else []
