"""MLflow's span attributes by the names of OpenTelemetry's GenAI conventions, where they mean the same.

What is mapped stays under MLflow's name too, inputs and outputs apart: these have a name of ours, and are long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from verspan import semconv
from verspan.mlflow_import.messages import input_messages, output_messages
from verspan.traces.model import SpanKind

INPUTS: Final = "mlflow.spanInputs"
OUTPUTS: Final = "mlflow.spanOutputs"
_TYPE: Final = "mlflow.spanType"
_USAGE: Final = "mlflow.chat.tokenUsage"
_MODEL: Final = "mlflow.llm.model"
_PROVIDER: Final = "mlflow.llm.provider"
_FORMAT: Final = "mlflow.message.format"
_OPERATIONS: Final = {
    "CHAT_MODEL": "chat",
    "LLM": "chat",
    "EMBEDDING": "embeddings",
    "TOOL": "execute_tool",
    "AGENT": "invoke_agent",
}
_CALLS: Final = frozenset({"chat", "embeddings"})
_NAMES: Final = {"execute_tool": semconv.GEN_AI_TOOL_NAME, "invoke_agent": semconv.GEN_AI_AGENT_NAME}
_TOKENS: Final = {
    "input_tokens": semconv.GEN_AI_USAGE_INPUT_TOKENS,
    "output_tokens": semconv.GEN_AI_USAGE_OUTPUT_TOKENS,
    "cache_read_input_tokens": semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    "cache_creation_input_tokens": semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
}
_PARAMETERS: Final = {
    "temperature": semconv.GEN_AI_REQUEST_TEMPERATURE,
    "max_tokens": semconv.GEN_AI_REQUEST_MAX_TOKENS,
    "max_completion_tokens": semconv.GEN_AI_REQUEST_MAX_TOKENS,
    "top_p": semconv.GEN_AI_REQUEST_TOP_P,
    "frequency_penalty": semconv.GEN_AI_REQUEST_FREQUENCY_PENALTY,
    "presence_penalty": semconv.GEN_AI_REQUEST_PRESENCE_PENALTY,
    "seed": semconv.GEN_AI_REQUEST_SEED,
}


def span_kind(attributes: Mapping[str, Any]) -> SpanKind:
    """What kind of span MLflow's attributes describe: a call of a model goes to somebody else."""
    return "CLIENT" if _operation(attributes) in _CALLS else "INTERNAL"


def mapped_attributes(name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a span as it is kept.

    Args:
        name: the span's name, which is that of the tool or the agent where it is one.
        attributes: MLflow's, as values.
    """
    mapped = {key: value for key, value in attributes.items() if key not in (INPUTS, OUTPUTS)}
    mapped.update(_contents(attributes))
    mapped.update(_what_it_is(name, attributes))
    if _operation(attributes) in _CALLS:
        mapped.update(_call(attributes))
    return mapped


def _operation(attributes: Mapping[str, Any]) -> str | None:
    return _OPERATIONS.get(str(attributes.get(_TYPE)))


def _contents(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for theirs, ours in ((INPUTS, semconv.VERSPAN_INPUTS), (OUTPUTS, semconv.VERSPAN_OUTPUTS)):
        if theirs in attributes:
            yield ours, orjson.dumps(attributes[theirs], default=str).decode()


def _what_it_is(name: str, attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kind, operation = attributes.get(_TYPE), _operation(attributes)
    if isinstance(kind, str):
        yield semconv.VERSPAN_SPAN_TYPE, kind
    if operation:
        yield semconv.GEN_AI_OPERATION_NAME, operation
        if operation in _NAMES:
            yield _NAMES[operation], name


def _call(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    inputs, outputs = (_object(attributes.get(key)) for key in (INPUTS, OUTPUTS))
    provider = attributes.get(_PROVIDER) or attributes.get(_FORMAT)
    answered = attributes.get(_MODEL) or outputs.get("model")
    for ours, value in (
        (semconv.GEN_AI_PROVIDER_NAME, provider),
        (semconv.GEN_AI_REQUEST_MODEL, inputs.get("model") or answered),
        (semconv.GEN_AI_RESPONSE_MODEL, answered),
        (semconv.GEN_AI_RESPONSE_ID, outputs.get("id")),
    ):
        if isinstance(value, str):
            yield ours, value
    yield from _numbers(inputs, _PARAMETERS)
    yield from _numbers(_object(attributes.get(_USAGE)), _TOKENS)
    yield from _messages(inputs, outputs)


def _messages(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    asked, (answered, reasons) = input_messages(inputs), output_messages(outputs)
    if asked:
        yield semconv.GEN_AI_INPUT_MESSAGES, asked
    if answered:
        yield semconv.GEN_AI_OUTPUT_MESSAGES, answered
    if reasons:
        yield semconv.GEN_AI_RESPONSE_FINISH_REASONS, tuple(reasons)


def _numbers(found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for theirs, ours in names.items():
        value = found.get(theirs)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield ours, value


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
