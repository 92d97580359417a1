"""OpenInference (Arize Phoenix): ``llm.*`` with messages taken apart, ``input.value`` and ``output.value``.

Prompt tokens include cached ones. https://github.com/Arize-ai/openinference/tree/main/spec
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from verspan import semconv
from verspan.dialects.messages import definition_of, messages_of, nothing_for_none, put_together
from verspan.dialects.table import Dialect, Entry, as_it_is
from verspan.dialects.values import (
    by_word,
    exception_type,
    filled_text,
    only_one,
    parsed,
    positive_number,
    provider,
    said,
    said_in_json,
    text_list,
    whole_number,
)
from verspan.instrumentation.fields import fields, items, number, text
from verspan.traces.model import SpanRecord

_KIND: Final = "openinference.span.kind"
_PARAMETERS: Final = "llm.invocation_parameters"
_INPUT: Final = "llm.input_messages.*"
_OUTPUT: Final = "llm.output_messages.*"
_REASON: Final = "llm.finish_reason"
_TOOL: Final = ("tool",)
_TOLD_OTHERWISE: Final = ("tool", "embedding")  # nobody reads the numbers of an embedding
_OPERATIONS: Final = {
    "llm": "chat",
    "embedding": "embeddings",
    "tool": "execute_tool",
    "agent": "invoke_agent",
    "retriever": "retrieval",
}


def _messages(span: SpanRecord, theirs: str) -> list[dict[str, Any]] | None:
    listed = put_together(span.attributes, theirs.removesuffix("*"))
    return nothing_for_none(messages_of([_message(fields(one).get("message")) for one in listed]))


def _output_messages(span: SpanRecord, theirs: str) -> list[dict[str, Any]] | None:
    messages = _messages(span, theirs)
    reason = filled_text(span.attributes.get(_REASON))
    if messages and len(messages) == 1 and reason:
        return [{**messages[0], "finish_reason": reason}]
    return messages


def _message(given: Any) -> dict[str, Any]:
    """A message as OpenAI's API has it, without the names that OpenInference puts around every element."""
    own = fields(given)
    contents = [_content(fields(one).get("message_content")) for one in items(own.get("contents"))]
    calls = [fields(fields(one).get("tool_call")) for one in items(own.get("tool_calls"))]
    message = {name: value for name, value in own.items() if name not in ("contents", "tool_calls")}
    if contents:
        message["content"] = contents
    return {**message, "tool_calls": calls} if calls else message


def _content(given: Any) -> dict[str, Any]:
    own = fields(given)
    if own.get("type") == "image":
        return {"type": "image_url", "image_url": fields(fields(own.get("image")).get("image"))}
    return dict(own)


def _tools(span: SpanRecord, theirs: str) -> list[Any] | None:
    listed = put_together(span.attributes, theirs.removesuffix("*"))
    found = (definition_of(fields(fields(one).get("tool")).get("json_schema")) for one in listed)
    return nothing_for_none(tool for tool in found if tool is not None)


def _embedded(span: SpanRecord, theirs: str) -> list[Any] | None:
    listed = put_together(span.attributes, theirs.removesuffix("*"))
    texts = (text(fields(fields(one).get("embedding")).get("text")) for one in listed)
    return nothing_for_none(message for one in texts if one for message in messages_of(one))


def _of_kind(kinds: Collection[str], span: SpanRecord) -> bool:
    return str(span.attributes.get(_KIND)).lower() in kinds


def _tool_value(span: SpanRecord, theirs: str) -> Any:
    return parsed(span.attributes.get(theirs)) if _of_kind(_TOOL, span) else None


def _other_value(span: SpanRecord, theirs: str) -> Any:
    """What goes in or comes out of a span that is neither a tool's nor one that tells messages."""
    told = theirs.replace("value", "").replace(".", "")
    has_messages = f"llm.{told}_messages.0.message.role" in span.attributes
    return None if has_messages or _of_kind(_TOLD_OTHERWISE, span) else filled_text(span.attributes.get(theirs))


def _tool_name(span: SpanRecord, theirs: str) -> str | None:
    return text(span.attributes.get(theirs)) or (span.name if _of_kind(_TOOL, span) else None)


OPENINFERENCE: Final = Dialect(
    "OpenInference",
    (
        Entry(semconv.VERSPAN_SPAN_TYPE, _KIND),
        Entry(semconv.GEN_AI_OPERATION_NAME, _KIND, said(by_word(_OPERATIONS))),
        Entry(semconv.GEN_AI_PROVIDER_NAME, "llm.provider", said(provider)),
        Entry(semconv.GEN_AI_PROVIDER_NAME, "llm.system", said(provider)),
        Entry(semconv.GEN_AI_REQUEST_MODEL, "llm.request.model_name"),
        Entry(semconv.GEN_AI_REQUEST_MODEL, _PARAMETERS, said_in_json(filled_text, "model")),
        Entry(semconv.GEN_AI_REQUEST_MODEL, "embedding.invocation_parameters", said_in_json(filled_text, "model")),
        Entry(semconv.GEN_AI_REQUEST_MODEL, "llm.model_name"),
        Entry(semconv.GEN_AI_REQUEST_MODEL, "embedding.model_name"),
        Entry(semconv.GEN_AI_RESPONSE_MODEL, "llm.response.model_name"),
        Entry(semconv.GEN_AI_RESPONSE_MODEL, "llm.model_name"),
        Entry(semconv.GEN_AI_RESPONSE_MODEL, "embedding.model_name"),
        Entry(semconv.GEN_AI_RESPONSE_ID, "output.value", said_in_json(filled_text, "id")),
        Entry(semconv.GEN_AI_RESPONSE_FINISH_REASONS, _REASON, said(only_one)),
        Entry(semconv.GEN_AI_USAGE_INPUT_TOKENS, "llm.token_count.prompt", said(whole_number)),
        Entry(semconv.GEN_AI_USAGE_OUTPUT_TOKENS, "llm.token_count.completion", said(whole_number)),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
            "llm.token_count.prompt_details.cache_read",
            said(positive_number),
        ),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
            "llm.token_count.prompt_details.cache_write",
            said(positive_number),
        ),
        Entry(
            semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
            "llm.token_count.completion_details.reasoning",
            said(positive_number),
        ),
        Entry(semconv.GEN_AI_USAGE_AUDIO_INPUT_TOKENS, "llm.token_count.prompt_details.audio", said(positive_number)),
        Entry(
            semconv.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
            "llm.token_count.completion_details.audio",
            said(positive_number),
        ),
        Entry(semconv.GEN_AI_REQUEST_TEMPERATURE, _PARAMETERS, said_in_json(number, "temperature")),
        Entry(semconv.GEN_AI_REQUEST_TOP_P, _PARAMETERS, said_in_json(number, "top_p")),
        Entry(semconv.GEN_AI_REQUEST_MAX_TOKENS, _PARAMETERS, said_in_json(whole_number, "max_tokens")),
        Entry(semconv.GEN_AI_REQUEST_MAX_TOKENS, _PARAMETERS, said_in_json(whole_number, "max_completion_tokens")),
        Entry(semconv.GEN_AI_REQUEST_MAX_TOKENS, _PARAMETERS, said_in_json(whole_number, "max_output_tokens")),
        Entry(semconv.GEN_AI_REQUEST_SEED, _PARAMETERS, said_in_json(whole_number, "seed")),
        Entry(semconv.GEN_AI_REQUEST_STOP_SEQUENCES, _PARAMETERS, said_in_json(text_list, "stop")),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, _INPUT, _messages),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, "embedding.embeddings.*", _embedded),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _OUTPUT, _output_messages),
        Entry(semconv.GEN_AI_TOOL_DEFINITIONS, "llm.tools.*", _tools),
        Entry(semconv.GEN_AI_TOOL_NAME, "tool.name", _tool_name),
        Entry(semconv.GEN_AI_TOOL_DESCRIPTION, "tool.description"),
        Entry(semconv.GEN_AI_TOOL_CALL_ID, "tool_call.id"),
        Entry(semconv.GEN_AI_TOOL_CALL_ARGUMENTS, "input.value", _tool_value),
        Entry(semconv.GEN_AI_TOOL_CALL_RESULT, "output.value", _tool_value),
        Entry(semconv.GEN_AI_AGENT_NAME, "agent.name", as_it_is),
        Entry(semconv.VERSPAN_INPUTS, "input.value", _other_value),
        Entry(semconv.VERSPAN_OUTPUTS, "output.value", _other_value),
        Entry(semconv.ERROR_TYPE, "exception.type", exception_type),
    ),
    names=frozenset({_KIND}),
    prefixes=("llm.input_messages.", "llm.token_count."),
)
