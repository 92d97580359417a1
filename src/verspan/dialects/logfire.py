"""Logfire and pydantic-ai: what is asked and answered as JSON in one attribute, tokens in the provider's own words.

``gen_ai.usage.input_tokens`` includes cached ones; which of them were is in ``gen_ai.usage.raw`` alone. The reply of a
stream is a log of its own beside the span of the call, which here is no second call.
"""

from __future__ import annotations

from typing import Any, Final

from verspan import semconv
from verspan.dialects.messages import answered_in, asked_in, message_of, messages_of, nothing_for_none, tool_response
from verspan.dialects.otel import event_choice, event_message
from verspan.dialects.table import Dialect, Entry, Reading
from verspan.dialects.values import (
    exception_type,
    filled_text,
    listed_in_text,
    parsed,
    positive_number,
    said,
    said_in_json,
    text_list,
    whole_number,
)
from verspan.instrumentation.fields import fields, items, number, text
from verspan.traces.model import SpanRecord

REPLY_OF_STREAM: Final = "stream_reply"
"""The operation of a log that tells the reply of a stream."""
_RAW: Final = "gen_ai.usage.raw"
_REQUEST: Final = "request_data"
_RESPONSE: Final = "response_data"
_EVENTS: Final = "events"
_HISTORY: Final = "pydantic_ai.all_messages"
_HISTORY_EVENTS: Final = "all_messages_events"


def _operation(span: SpanRecord, theirs: str) -> str | None:
    is_log = span.attributes.get(theirs) == "log" and semconv.GEN_AI_OPERATION_NAME in span.attributes
    return REPLY_OF_STREAM if is_log else None


def _called(span: SpanRecord, theirs: str) -> str | None:
    """Older versions say of a call only what was asked."""
    asked = fields(parsed(span.attributes.get(theirs)))
    if "messages" in asked:
        return "chat"
    return "embeddings" if "input" in asked and "model" in asked else None


def _provider_of_scope(span: SpanRecord, theirs: str) -> str | None:  # noqa: ARG001 - a reading's signature
    return {"logfire.openai": "openai", "logfire.anthropic": "anthropic"}.get(span.scope_name)


def _asked(name: str) -> Reading:
    def read(span: SpanRecord, theirs: str) -> list[Any] | None:
        return nothing_for_none(getattr(asked_in(parsed(span.attributes.get(theirs))), name))

    return read


def _response_messages(span: SpanRecord, theirs: str) -> list[Any] | None:
    response = fields(parsed(span.attributes.get(theirs)))
    message = response.get("message") or response.get("combined_chunk_content")
    if isinstance(message, (str, dict)) and message:
        own = {"content": message} if isinstance(message, str) else message
        return [message_of({**own, "role": "assistant"})]
    return nothing_for_none(answered_in(response).messages)


def _event_messages(span: SpanRecord, theirs: str) -> list[Any] | None:
    found = (event_message(_name(one), fields(one)) for one in items(parsed(span.attributes.get(theirs))))
    return nothing_for_none(message for message in found if message is not None)


def _event_choices(span: SpanRecord, theirs: str) -> list[Any] | None:
    listed = items(parsed(span.attributes.get(theirs)))
    return nothing_for_none(event_choice(fields(one)) for one in listed if _name(one) == "gen_ai.choice")


def _name(event: Any) -> str:
    return text(fields(event).get("event.name")) or ""


def _history(span: SpanRecord, theirs: str) -> list[Any] | None:
    """An agent's conversation but for its last word."""
    history = [_with_responses(one) for one in messages_of(parsed(span.attributes.get(theirs)))]
    return nothing_for_none(history[:-1] if history and history[-1].get("role") == "assistant" else history)


def _last_word(span: SpanRecord, theirs: str) -> list[Any] | None:
    history = messages_of(parsed(span.attributes.get(theirs)))
    return history[-1:] if history and history[-1].get("role") == "assistant" else None


def _with_responses(message: dict[str, Any]) -> dict[str, Any]:
    """Its tools' answers have a field of another name."""
    parts = [
        tool_response(part["result"], part.get("id")) if "result" in part and "response" not in part else part
        for part in items(message.get("parts"))
    ]
    return {**message, "parts": parts}


def _unless_messages(span: SpanRecord, theirs: str) -> str | None:
    return None if _HISTORY in span.attributes else filled_text(span.attributes.get(theirs))


LOGFIRE: Final = Dialect(
    "Logfire, pydantic-ai",
    (
        Entry(semconv.GEN_AI_OPERATION_NAME, "logfire.span_type", _operation, replaces=True),
        Entry(semconv.GEN_AI_OPERATION_NAME, _REQUEST, _called),
        Entry(semconv.GEN_AI_PROVIDER_NAME, _REQUEST, _provider_of_scope),
        Entry(semconv.GEN_AI_REQUEST_MODEL, _REQUEST, said_in_json(filled_text, "model")),
        Entry(semconv.GEN_AI_REQUEST_MODEL, "model_name", said(filled_text)),
        Entry(semconv.GEN_AI_REQUEST_TEMPERATURE, _REQUEST, said_in_json(number, "temperature")),
        Entry(semconv.GEN_AI_REQUEST_TOP_P, _REQUEST, said_in_json(number, "top_p")),
        Entry(semconv.GEN_AI_REQUEST_MAX_TOKENS, _REQUEST, said_in_json(whole_number, "max_tokens")),
        Entry(semconv.GEN_AI_REQUEST_STOP_SEQUENCES, _REQUEST, said_in_json(text_list, "stop")),
        Entry(
            semconv.GEN_AI_RESPONSE_FINISH_REASONS,
            semconv.GEN_AI_RESPONSE_FINISH_REASONS,
            said(listed_in_text),
            replaces=True,
        ),
        Entry(semconv.GEN_AI_USAGE_INPUT_TOKENS, "gen_ai.aggregated_usage.input_tokens"),
        Entry(semconv.GEN_AI_USAGE_OUTPUT_TOKENS, "gen_ai.aggregated_usage.output_tokens"),
        Entry(semconv.GEN_AI_USAGE_INPUT_TOKENS, _RESPONSE, said_in_json(whole_number, "usage", "prompt_tokens")),
        Entry(semconv.GEN_AI_USAGE_OUTPUT_TOKENS, _RESPONSE, said_in_json(whole_number, "usage", "completion_tokens")),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
            _RAW,
            said_in_json(positive_number, "prompt_tokens_details", "cached_tokens"),
        ),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
            _RAW,
            said_in_json(positive_number, "input_tokens_details", "cached_tokens"),
        ),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
            _RAW,
            said_in_json(positive_number, "cache_read_input_tokens"),
        ),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
            _RAW,
            said_in_json(positive_number, "cache_creation_input_tokens"),
        ),
        Entry(
            semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
            _RAW,
            said_in_json(positive_number, "completion_tokens_details", "reasoning_tokens"),
        ),
        Entry(
            semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
            _RAW,
            said_in_json(positive_number, "output_tokens_details", "reasoning_tokens"),
        ),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, _REQUEST, _asked("messages")),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, _EVENTS, _event_messages),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, _HISTORY, _history),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, _HISTORY_EVENTS, _event_messages),
        Entry(semconv.GEN_AI_SYSTEM_INSTRUCTIONS, _REQUEST, _asked("system_instructions")),
        Entry(semconv.GEN_AI_TOOL_DEFINITIONS, _REQUEST, _asked("tool_definitions")),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _RESPONSE, _response_messages),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _EVENTS, _event_choices),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _HISTORY, _last_word),
        Entry(semconv.VERSPAN_OUTPUTS, "final_result", _unless_messages),
        Entry(semconv.GEN_AI_AGENT_NAME, "agent_name", said(filled_text)),
        Entry(semconv.GEN_AI_TOOL_CALL_ARGUMENTS, "tool_arguments", said_in_json()),
        Entry(semconv.GEN_AI_TOOL_CALL_RESULT, "tool_response", said_in_json()),
        Entry(semconv.ERROR_TYPE, "exception.type", exception_type),
    ),
    names=frozenset({_REQUEST, _RESPONSE, _HISTORY, _HISTORY_EVENTS, "tool_arguments", "agent_name", _RAW}),
    prefixes=("logfire.", "gen_ai.aggregated_usage."),
)
