"""Tools: those that agents call, by whichever of CrewAI's ways, and those that an application runs itself."""

from __future__ import annotations

from typing import Any

from verspan import semconv
from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.steps import Invocation, OperationReader
from verspan_crewai._saying import is_inside, plain


class ToolReader(OperationReader):
    """Reads ``run`` and ``arun`` of tools."""

    def operation(self, call: Invocation) -> Operation | None:
        """The tool, and the agent that calls it."""
        attributes = {semconv.GEN_AI_TOOL_TYPE: "function"}
        outer = current_run()
        if outer is not None and outer.operation.operation_name == "invoke_agent" and outer.operation.name:
            attributes[semconv.GEN_AI_AGENT_NAME] = outer.operation.name
        operation = Operation("execute_tool", str(call.instance.name), attributes)
        return None if is_inside(operation) else operation

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """What the tool is given."""
        run.say_arguments(dict(call.kwargs) if not call.args else [*call.args, dict(call.kwargs)])

    def read_output(self, run: OperationRun, output: Any) -> None:
        """What the tool gave."""
        run.say_result(plain(output))


class StructuredToolReader(ToolReader):
    """Reads ``invoke`` and ``ainvoke`` of the tools that CrewAI makes of them for its agents."""

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """What the tool is given."""
        run.say_arguments(call.argument(0, "input"))
