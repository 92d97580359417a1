"""MLflow over OTLP: every value JSON text, what is asked and answered as the client has it.

Input tokens of ``mlflow.chat.tokenUsage`` include cached ones, those of Anthropic too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from verspan import semconv
from verspan.dialects.messages import answered_in, asked_in, nothing_for_none
from verspan.dialects.table import Dialect, Entry, Reading
from verspan.dialects.values import (
    by_word,
    exception_type,
    filled_text,
    parsed,
    positive_number,
    provider,
    said_in_json,
    text_list,
    whole_number,
)
from verspan.instrumentation.fields import number
from verspan.traces.model import SpanRecord

_TYPE: Final = "mlflow.spanType"
_INPUTS: Final = "mlflow.spanInputs"
_OUTPUTS: Final = "mlflow.spanOutputs"
_USAGE: Final = "mlflow.chat.tokenUsage"
_OPERATIONS: Final = {
    "chat_model": "chat",
    "llm": "chat",
    "embedding": "embeddings",
    "tool": "execute_tool",
    "agent": "invoke_agent",
    "retriever": "retrieval",
    "workflow": "invoke_workflow",
}
_CALLS: Final = ("CHAT_MODEL", "LLM", "EMBEDDING")


def _type(span: SpanRecord) -> Any:
    return parsed(span.attributes.get(_TYPE))


def _of_call(read: Reading) -> Reading:
    """Reads only where the span is a call of a model: the inputs of other spans are the application's own."""
    return lambda span, theirs: read(span, theirs) if _type(span) in _CALLS else None


def _asked(name: str) -> Reading:
    def read(span: SpanRecord, theirs: str) -> list[Any] | None:
        return nothing_for_none(getattr(asked_in(parsed(span.attributes.get(theirs))), name))

    return _of_call(read)


def _answered(name: str) -> Reading:
    def read(span: SpanRecord, theirs: str) -> list[Any] | None:
        return nothing_for_none(getattr(answered_in(parsed(span.attributes.get(theirs))), name))

    return _of_call(read)


def _parameter(name: str, convert: Callable[[Any], Any] = number) -> Reading:
    return _of_call(said_in_json(convert, name))


def _tool(span: SpanRecord, theirs: str) -> Any:
    return parsed(span.attributes.get(theirs)) if _type(span) == "TOOL" else None


def _other(span: SpanRecord, theirs: str) -> Any:
    """Inputs and outputs that are told in no other way."""
    value = span.attributes.get(theirs)
    document = parsed(value)
    told = asked_in(document).messages if theirs == _INPUTS else answered_in(document).messages
    told_otherwise = _type(span) == "TOOL" or (_type(span) == "EMBEDDING" and theirs == _OUTPUTS)
    return None if told_otherwise or (_type(span) in _CALLS and told) else value


def _named(kind: str) -> Reading:
    return lambda span, theirs: span.name if _type(span) == kind else None  # noqa: ARG005 - a reading's signature


MLFLOW: Final = Dialect(
    "MLflow",
    (
        Entry(semconv.VERSPAN_SPAN_TYPE, _TYPE, said_in_json(filled_text)),
        Entry(semconv.GEN_AI_OPERATION_NAME, _TYPE, said_in_json(by_word(_OPERATIONS))),
        Entry(semconv.GEN_AI_PROVIDER_NAME, "mlflow.llm.provider", said_in_json(provider)),
        Entry(semconv.GEN_AI_PROVIDER_NAME, "mlflow.message.format", said_in_json(provider)),
        Entry(semconv.GEN_AI_REQUEST_MODEL, _INPUTS, _parameter("model", filled_text)),
        Entry(semconv.GEN_AI_REQUEST_MODEL, "mlflow.llm.model", said_in_json(filled_text)),
        Entry(semconv.GEN_AI_RESPONSE_MODEL, _OUTPUTS, _parameter("model", filled_text)),
        Entry(semconv.GEN_AI_RESPONSE_MODEL, "mlflow.llm.model", said_in_json(filled_text)),
        Entry(semconv.GEN_AI_RESPONSE_ID, _OUTPUTS, _parameter("id", filled_text)),
        Entry(semconv.GEN_AI_USAGE_INPUT_TOKENS, _USAGE, said_in_json(whole_number, "input_tokens")),
        Entry(semconv.GEN_AI_USAGE_OUTPUT_TOKENS, _USAGE, said_in_json(whole_number, "output_tokens")),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
            _USAGE,
            said_in_json(positive_number, "cache_read_input_tokens"),
        ),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
            _USAGE,
            said_in_json(positive_number, "cache_creation_input_tokens"),
        ),
        Entry(
            semconv.GEN_AI_USAGE_INPUT_TOKENS, _OUTPUTS, _of_call(said_in_json(whole_number, "usage", "prompt_tokens"))
        ),
        Entry(
            semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
            _OUTPUTS,
            _of_call(said_in_json(positive_number, "usage", "completion_tokens_details", "reasoning_tokens")),
        ),
        Entry(
            semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
            _OUTPUTS,
            _of_call(said_in_json(positive_number, "usage", "output_tokens_details", "reasoning_tokens")),
        ),
        Entry(semconv.GEN_AI_REQUEST_TEMPERATURE, _INPUTS, _parameter("temperature")),
        Entry(semconv.GEN_AI_REQUEST_TOP_P, _INPUTS, _parameter("top_p")),
        Entry(semconv.GEN_AI_REQUEST_FREQUENCY_PENALTY, _INPUTS, _parameter("frequency_penalty")),
        Entry(semconv.GEN_AI_REQUEST_PRESENCE_PENALTY, _INPUTS, _parameter("presence_penalty")),
        Entry(semconv.GEN_AI_REQUEST_MAX_TOKENS, _INPUTS, _parameter("max_tokens", whole_number)),
        Entry(semconv.GEN_AI_REQUEST_MAX_TOKENS, _INPUTS, _parameter("max_completion_tokens", whole_number)),
        Entry(semconv.GEN_AI_REQUEST_MAX_TOKENS, _INPUTS, _parameter("max_output_tokens", whole_number)),
        Entry(semconv.GEN_AI_REQUEST_SEED, _INPUTS, _parameter("seed", whole_number)),
        Entry(semconv.GEN_AI_REQUEST_STOP_SEQUENCES, _INPUTS, _parameter("stop", text_list)),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, _INPUTS, _asked("messages")),
        Entry(semconv.GEN_AI_SYSTEM_INSTRUCTIONS, _INPUTS, _asked("system_instructions")),
        Entry(semconv.GEN_AI_TOOL_DEFINITIONS, _INPUTS, _asked("tool_definitions")),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _OUTPUTS, _answered("messages")),
        Entry(semconv.GEN_AI_RESPONSE_FINISH_REASONS, _OUTPUTS, _answered("finish_reasons")),
        Entry(semconv.GEN_AI_TOOL_NAME, _TYPE, _named("TOOL")),
        Entry(semconv.GEN_AI_AGENT_NAME, _TYPE, _named("AGENT")),
        Entry(semconv.GEN_AI_TOOL_CALL_ARGUMENTS, _INPUTS, _tool),
        Entry(semconv.GEN_AI_TOOL_CALL_RESULT, _OUTPUTS, _tool),
        Entry(semconv.VERSPAN_INPUTS, _INPUTS, _other),
        Entry(semconv.VERSPAN_OUTPUTS, _OUTPUTS, _other),
        Entry(semconv.SESSION_ID, "mlflow.trace.session", said_in_json(filled_text)),
        Entry(semconv.USER_ID, "mlflow.trace.user", said_in_json(filled_text)),
        Entry(semconv.ERROR_TYPE, "exception.type", exception_type),
    ),
    names=frozenset({_TYPE, _INPUTS, _OUTPUTS}),
    prefixes=("mlflow.",),
)
