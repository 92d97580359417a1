"""From the attributes of Pydantic AI's spans, in each of its formats, to the conventions'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation.calls import parse_arguments
from verspan.instrumentation.fields import fields, items, text
from verspan.instrumentation.messages import Message, OutputMessage, Part
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.parts import spoken

MODEL_CALLS = {
    "chat": frozenset(("chat", "generate_content", "text_completion")),
    "embeddings": frozenset(("embeddings",)),
    "generate_image": frozenset(("generate_image", "edit_image")),
}
"""Operations in which a model is asked, with what clients call their part of it."""
_BY_NAME = {"agent run": "invoke_agent", "running tool": "execute_tool", "running output function": "execute_tool"}
"""Of spans of the library's format 2, which do not say what they are."""
_STEPS = frozenset(("invoke_agent", "execute_tool", *MODEL_CALLS))
_KNOWN = {
    value
    for name, value in vars(semconv).items()
    if name.startswith(("GEN_AI_", "SERVER_")) and value not in semconv.CONTENT_ATTRIBUTES
}
_NOT_OF_AGENTS = {name for name in _KNOWN if name.startswith("gen_ai.usage.")} - {
    semconv.GEN_AI_USAGE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_OUTPUT_TOKENS,
}
"""What the conventions have on spans of model calls alone."""
_RENAMED = {
    "agent_name": semconv.GEN_AI_AGENT_NAME,
    "model_name": semconv.GEN_AI_REQUEST_MODEL,
    "gen_ai.system": semconv.GEN_AI_PROVIDER_NAME,
    "gen_ai.aggregated_usage.input_tokens": semconv.GEN_AI_USAGE_INPUT_TOKENS,
    "gen_ai.aggregated_usage.output_tokens": semconv.GEN_AI_USAGE_OUTPUT_TOKENS,
    "gen_ai.usage.details.cache_read_tokens": semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    "gen_ai.usage.details.cache_write_tokens": semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    "gen_ai.usage.details.reasoning_tokens": semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    "gen_ai.client.operation.time_to_first_chunk": semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
}
_CONTENT = {
    semconv.GEN_AI_INPUT_MESSAGES: semconv.GEN_AI_INPUT_MESSAGES,
    semconv.GEN_AI_OUTPUT_MESSAGES: semconv.GEN_AI_OUTPUT_MESSAGES,
    semconv.GEN_AI_SYSTEM_INSTRUCTIONS: semconv.GEN_AI_SYSTEM_INSTRUCTIONS,
    semconv.GEN_AI_TOOL_DEFINITIONS: semconv.GEN_AI_TOOL_DEFINITIONS,
    semconv.GEN_AI_TOOL_CALL_ARGUMENTS: semconv.GEN_AI_TOOL_CALL_ARGUMENTS,
    semconv.GEN_AI_TOOL_CALL_RESULT: semconv.GEN_AI_TOOL_CALL_RESULT,
    "tool_arguments": semconv.GEN_AI_TOOL_CALL_ARGUMENTS,
    "tool_response": semconv.GEN_AI_TOOL_CALL_RESULT,
}
_MESSAGES = (semconv.GEN_AI_INPUT_MESSAGES, semconv.GEN_AI_OUTPUT_MESSAGES)
_PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "google-gla": "gcp.gemini",
    "google": "gcp.gemini",
    "google-vertex": "gcp.vertex_ai",
    "google-cloud": "gcp.vertex_ai",
    "grok": "x_ai",
    "xai": "x_ai",
    "mistral": "mistral_ai",
}
"""The conventions' names of those whom the library calls otherwise."""


def operation_name(name: str, attributes: Mapping[str, Any]) -> str | None:
    """What a span of the library's does; None for what the conventions have no word for, such as a group of tools.

    Args:
        name: the span's.
        attributes: those that it begins with.
    """
    told = attributes.get(semconv.GEN_AI_OPERATION_NAME) or _BY_NAME.get(name) or name.partition(" ")[0]
    return told if told in _STEPS else None


def describe(operation: str, attributes: Mapping[str, Any], around: OperationRun | None = None) -> Operation:
    """What a step or a model's call is, as far as it is known.

    Args:
        operation: its name.
        attributes: what the library has said of it.
        around: the step that it is in.
    """
    known = _known(attributes)
    if operation == "execute_tool":
        known.setdefault(semconv.GEN_AI_TOOL_TYPE, "function")
        if around is not None and around.operation.operation_name == "invoke_agent":
            known.setdefault(semconv.GEN_AI_AGENT_NAME, around.operation.name)
        return Operation(operation, known.get(semconv.GEN_AI_TOOL_NAME), known)
    if operation == "invoke_agent":
        return Operation(operation, known.get(semconv.GEN_AI_AGENT_NAME), known)
    return Operation(operation, known.get(semconv.GEN_AI_REQUEST_MODEL), known, SpanKind.CLIENT)


def tell(run: OperationRun, attributes: Mapping[str, Any]) -> None:
    """Tell a run everything that the library has said of it.

    Args:
        run: the step, or the model's call.
        attributes: in the library's own words.
    """
    is_agent = run.operation.operation_name == "invoke_agent"
    known = _known(attributes)
    run.set_attributes({name: known[name] for name in known if not (is_agent and name in _NOT_OF_AGENTS)})
    if not run.captures:
        return
    for told, name in _CONTENT.items():
        if told in attributes:
            said = _parsed(attributes[told])
            run.say(name, [_message(message) for message in items(said)] if name in _MESSAGES else said)
    if is_agent:
        _tell_conversation(run, attributes)


def _tell_conversation(run: OperationRun, attributes: Mapping[str, Any]) -> None:
    """What an agent was given, and what it answered last, of all that was said in its run."""
    messages = [_message(message) for message in items(_parsed(attributes.get("pydantic_ai.all_messages")))]
    answered = messages[-1:] if messages and messages[-1]["role"] == "assistant" else []
    given = messages[: len(messages) - len(answered)]
    if given:
        run.say_input(given)
    result = attributes.get("final_result")
    if answered or result:
        run.say_output(answered or spoken("assistant", str(result)))


def _message(message: Any) -> Message:
    """A message of the library's, whose parts the conventions have renamed fields of since."""
    own = fields(message)
    parts = [_part(part) for part in items(own.get("parts"))]
    is_tools = bool(parts) and all(part["type"] == "tool_call_response" for part in parts)
    read: OutputMessage = {"role": "tool" if is_tools else text(own.get("role")) or "", "parts": parts}
    if reason := text(own.get("finish_reason")):
        read["finish_reason"] = reason
    return read


def _part(part: Any) -> Part:
    own = {"type": "text", **fields(part)}
    if own.get("type") == "tool_call" and isinstance(own.get("arguments"), str):
        own["arguments"] = parse_arguments(own["arguments"])
    if own.get("type") == "tool_call_response" and "result" in own:
        own["response"] = own.pop("result")
    return own


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {_RENAMED.get(name, name): value for name, value in attributes.items()}
    found = {name: value for name, value in renamed.items() if name in _KNOWN and value not in (None, "")}
    provider = found.get(semconv.GEN_AI_PROVIDER_NAME)
    if isinstance(provider, str):
        found[semconv.GEN_AI_PROVIDER_NAME] = _PROVIDERS.get(provider, provider)
    return found


def _parsed(value: Any) -> Any:
    return parse_arguments(value) if isinstance(value, str) else value
