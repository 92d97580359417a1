"""Tools."""

from __future__ import annotations

from typing import Any

from verspan import semconv
from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.steps import Invocation, OperationReader
from verspan_langchain._configs import conversation_id
from verspan_langchain._control import is_failure
from verspan_langchain._messages import plain


class ToolReader(OperationReader):
    """Reads runs of a tool, whoever asks for them."""

    def operation(self, call: Invocation) -> Operation:
        """The tool."""
        tool, outer = call.instance, current_run()
        known = {
            semconv.GEN_AI_TOOL_TYPE: "function",
            semconv.GEN_AI_TOOL_DESCRIPTION: getattr(tool, "description", None),
            semconv.GEN_AI_TOOL_CALL_ID: call.kwargs.get("tool_call_id"),
            semconv.GEN_AI_AGENT_NAME: _agent_name(outer),
            semconv.GEN_AI_CONVERSATION_ID: conversation_id(call.kwargs.get("config")),
        }
        return Operation("execute_tool", tool.name, {name: value for name, value in known.items() if value})

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """Its arguments, without those that LangChain puts in, such as the state of the graph."""
        given = call.argument(0, "tool_input")
        injected = getattr(call.instance, "_filter_injected_args", None)
        run.say_arguments(injected(given) if injected is not None and isinstance(given, dict) else given)

    def read_output(self, run: OperationRun, output: Any) -> None:
        """Its result; an error that LangChain tells the model of is a failed span."""
        if getattr(output, "status", None) == "error":
            run.tell_failure("tool_error", str(getattr(output, "content", "")))
        if run.captures:
            run.say_result(plain(output))

    def is_failure(self, raised: BaseException) -> bool:
        """A tool that asks a human, or hands over to another agent, has not failed."""
        return is_failure(raised)


def _agent_name(outer: OperationRun | None) -> str | None:
    return outer.operation.name if outer is not None and outer.operation.operation_name == "invoke_agent" else None
