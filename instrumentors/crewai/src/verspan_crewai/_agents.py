"""Agents: one span for each task of a crew, and for each time that an agent is started on its own."""

from __future__ import annotations

from typing import Any

from verspan import semconv
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.steps import Invocation, OperationReader
from verspan_crewai._saying import is_inside, message, plain, text_part, tool_definitions


class AgentReader(OperationReader):
    """Reads ``Agent.execute_task`` and ``Agent.aexecute_task``; what is tried again after an error is one step."""

    def operation(self, call: Invocation) -> Operation | None:
        """The agent, and the task that it works on."""
        task = call.argument(0, "task")
        operation = agent_operation(call.instance, {semconv.CREWAI_TASK_NAME: getattr(task, "name", None)})
        return None if is_inside(operation) else operation

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """The agent's instructions, its tools and its task."""
        say_agent(run, call.instance, call.argument(2, "tools"))
        task, context = call.argument(0, "task"), call.argument(1, "context")
        texts = (getattr(task, "description", None), getattr(task, "expected_output", None), context)
        run.say_input([{"role": "user", "parts": [text_part(text) for text in texts if text]}])

    def read_output(self, run: OperationRun, output: Any) -> None:
        """What the agent answered."""
        run.say_output([message("assistant", output)])


class StandaloneAgentReader(OperationReader):
    """Reads an agent's work on messages, without a crew: ``Agent.kickoff`` and its asynchronous forms."""

    def operation(self, call: Invocation) -> Operation | None:
        """The agent."""
        operation = agent_operation(call.instance, {})
        return None if is_inside(operation) else operation

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """The agent's instructions, its tools and what it is asked."""
        say_agent(run, call.instance, None)
        inputs = call.argument(1, "inputs")
        run.say_input([message("user", (inputs or {}).get("input", ""))])

    def read_output(self, run: OperationRun, output: Any) -> None:
        """What the agent answered."""
        run.say_output([message("assistant", getattr(output, "raw", plain(output)))])


def agent_operation(agent: Any, attributes: dict[str, Any]) -> Operation:
    """The step that an agent's work is."""
    model = getattr(getattr(agent, "llm", None), "model", None)
    known = {semconv.GEN_AI_REQUEST_MODEL: model, **attributes}
    role = str(agent.role).strip()
    return Operation("invoke_agent", role, {name: value for name, value in known.items() if isinstance(value, str)})


def say_agent(run: OperationRun, agent: Any, tools: Any) -> None:
    """Say what the agent is told of itself, and what it may use."""
    parts = [text_part(text) for text in (agent.role, agent.goal, agent.backstory) if text]
    run.say_instructions(parts)
    usable = tools or agent.tools
    if usable:
        run.say_tools(tool_definitions(usable))
