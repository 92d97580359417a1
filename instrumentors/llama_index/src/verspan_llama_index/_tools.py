"""Tools."""

from __future__ import annotations

from typing import Any

from verspan import semconv
from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.steps import Invocation, OperationReader
from verspan_llama_index._control import is_failure
from verspan_llama_index._messages import plain


class ToolReader(OperationReader):
    """Reads runs of a tool, whoever asks for them."""

    def operation(self, call: Invocation) -> Operation | None:
        """The tool; one that calls itself another way, such as a synchronous one in a thread, is one tool."""
        metadata, outer = call.instance.metadata, current_run()
        name = metadata.get_name()
        around = None if outer is None else outer.operation
        if around is not None and (around.operation_name, around.name) == ("execute_tool", name):
            return None
        agent = around.name if around is not None and around.operation_name == "invoke_agent" else None
        known = {
            semconv.GEN_AI_TOOL_TYPE: "function",
            semconv.GEN_AI_TOOL_DESCRIPTION: metadata.description,
            semconv.GEN_AI_AGENT_NAME: agent,
        }
        return Operation("execute_tool", name, {key: value for key, value in known.items() if value})

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """Its arguments, without the workflow's context that LlamaIndex puts in."""
        context = getattr(call.instance, "ctx_param_name", None)
        named = {name: value for name, value in call.kwargs.items() if name != context}
        given = call.args[0] if len(call.args) == 1 and not named else [*call.args, *([named] if named else [])]
        run.say_arguments(plain(named if not call.args else given))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """Its result; an error that LlamaIndex tells the model of is a failed span."""
        if getattr(output, "is_error", False):
            run.tell_failure("tool_error", str(output.content))
        if run.captures:
            run.say_result(plain(getattr(output, "raw_output", output)))

    def is_failure(self, raised: BaseException) -> bool:
        """A tool that waits for a human has not failed."""
        return is_failure(raised)
