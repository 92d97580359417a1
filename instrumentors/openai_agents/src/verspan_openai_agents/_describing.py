"""What the SDK's traces and spans are, by the conventions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan import semconv
from verspan.instrumentation.operations import Operation, OperationRun
from verspan_openai_agents._conversations import current_conversation

DEFAULT_WORKFLOW = "Agent workflow"
"""What the SDK calls the workflow of a run that the application gives no name."""
_MODEL_CALLS = frozenset(("generation", "response"))


def is_model_call(told: Any) -> bool:
    """Whether a trace or span of the SDK's is a call of a model."""
    return _type(told) in _MODEL_CALLS


def describe(told: Any, around: OperationRun | None) -> Operation | None:
    """What a step is.

    Args:
        told: the SDK's trace or span.
        around: the step that it belongs to.

    Returns:
        None for the SDK's own accounting, such as the turns of an agent.
    """
    kind = _type(told)
    if kind is None:
        return _workflow(told)
    read = _READERS.get(kind)
    return None if read is None else read(told.span_data, around)


def _type(told: Any) -> str | None:
    """The type of a span; None of a trace, which has none."""
    data = getattr(told, "span_data", None)
    return None if data is None else str(data.type)


def _workflow(trace: Any) -> Operation:
    conversation = current_conversation() or getattr(trace, "group_id", None)
    name = None if trace.name == DEFAULT_WORKFLOW else trace.name
    return Operation("invoke_workflow", name, _known({semconv.GEN_AI_CONVERSATION_ID: conversation}))


def _agent(data: Any, around: OperationRun | None) -> Operation:
    is_text = data.output_type in (None, "str")
    attributes = {
        semconv.GEN_AI_CONVERSATION_ID: current_conversation() or _told(around, semconv.GEN_AI_CONVERSATION_ID),
        semconv.GEN_AI_OUTPUT_TYPE: None if is_text else "json",
    }
    return Operation("invoke_agent", data.name, _known(attributes))


def _tool(data: Any, around: OperationRun | None) -> Operation:
    agent = around.operation if around is not None and around.operation.operation_name == "invoke_agent" else None
    attributes = {
        semconv.GEN_AI_TOOL_TYPE: "function",
        semconv.GEN_AI_AGENT_NAME: None if agent is None else agent.name,
        semconv.GEN_AI_CONVERSATION_ID: _told(around, semconv.GEN_AI_CONVERSATION_ID),
    }
    return Operation("execute_tool", data.name, _known(attributes))


def _handoff(data: Any, around: OperationRun | None) -> Operation:
    del around
    return Operation("handoff", data.to_agent, _known({semconv.GEN_AI_AGENT_NAME: data.from_agent}))


def _list_of_tools(data: Any, around: OperationRun | None) -> Operation:
    del around
    return Operation("list_tools", data.server)


def _named(data: Any, around: OperationRun | None) -> Operation:
    del around
    return Operation(data.type, data.name)


def _of_model(data: Any, around: OperationRun | None) -> Operation:
    del around
    return Operation(data.type, data.model, _known({semconv.GEN_AI_REQUEST_MODEL: data.model}))


def _told(around: OperationRun | None, attribute: str) -> Any:
    return None if around is None else around.operation.attributes.get(attribute)


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


_READERS: Mapping[str, Callable[[Any, OperationRun | None], Operation]] = {
    "agent": _agent,
    "function": _tool,
    "handoff": _handoff,
    "mcp_tools": _list_of_tools,
    # The conventions have no words for these; the SDK's are kept.
    "guardrail": _named,
    "custom": _named,
    "speech": _of_model,
    "transcription": _of_model,
}
