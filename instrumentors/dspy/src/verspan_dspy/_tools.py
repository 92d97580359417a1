"""Tools."""

from __future__ import annotations

from typing import Any

from verspan import semconv
from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.steps import Invocation, OperationReader


class ToolReader(OperationReader):
    """Reads calls of tools."""

    def operation(self, call: Invocation) -> Operation:
        """What the tool is called, and whose it is."""
        around = current_run()
        agent = around.operation if around is not None and around.operation.operation_name == "invoke_agent" else None
        attributes = {
            semconv.GEN_AI_TOOL_TYPE: "function",
            semconv.GEN_AI_TOOL_DESCRIPTION: call.instance.desc,
            semconv.GEN_AI_AGENT_NAME: None if agent is None else agent.name,
        }
        known = {name: value for name, value in attributes.items() if value}
        return Operation("execute_tool", call.instance.name, known)

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """Say what it is called with."""
        run.say_arguments(dict(call.kwargs))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """Say what it gives."""
        run.say_result(output)
