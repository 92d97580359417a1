"""Crews and flows."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.steps import Invocation, OperationReader
from verspan_crewai._saying import is_inside, message


class CrewReader(OperationReader):
    """Reads ``Crew.kickoff`` and ``Crew.akickoff``, which all other ways to start a crew come to."""

    def operation(self, call: Invocation) -> Operation | None:
        """The crew; a streamed one starts itself once more, on a thread of its own, and there has its span."""
        operation = Operation("invoke_workflow", _name_of(call.instance))
        return None if getattr(call.instance, "stream", False) or is_inside(operation) else operation

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """What it is started with."""
        inputs = call.argument(0, "inputs")
        if inputs:
            run.say_input([message("user", inputs)])

    def read_output(self, run: OperationRun, output: Any) -> None:
        """What its last task, or its last method, came to."""
        run.say_output([message("assistant", getattr(output, "raw", output))])


class FlowReader(CrewReader):
    """Reads ``Flow.kickoff_async``, which all other ways to start a flow come to."""

    def operation(self, call: Invocation) -> Operation | None:
        """The flow, unless it is one of CrewAI's own, by which agents work."""
        return None if type(call.instance).__module__.startswith("crewai.") else super().operation(call)


def _name_of(workflow: Any) -> str:
    name = getattr(workflow, "name", None)
    return name if isinstance(name, str) and name else type(workflow).__name__
