"""OpenTelemetry's own GenAI conventions as they were before: names that have changed, and messages as span events.

``gen_ai.system`` became ``gen_ai.provider.name`` in version 1.37, when the events became attributes; the rest changed
in version 1.27 or after 1.41.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from verspan import semconv
from verspan.dialects.messages import message_of, nothing_for_none
from verspan.dialects.table import Dialect, Entry
from verspan.dialects.values import by_word, exception_type, filled_text, parsed, positive_number, provider, said
from verspan.instrumentation.fields import fields, items
from verspan.traces.model import SpanRecord

_CHOICE: Final = "gen_ai.choice"
_ROLES: Final = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_PROMPT_EVENT: Final = "gen_ai.content.prompt"
_ANSWER_EVENT: Final = "gen_ai.content.completion"
_PROMPT: Final = "gen_ai.prompt"
_ANSWER: Final = "gen_ai.completion"
_OUTPUT_TYPES: Final = {"text": "text", "json_object": "json", "json_schema": "json"}


def event_message(name: str, told: Mapping[str, Any]) -> dict[str, Any] | None:
    """A message of a conversation out of its event; None for an event of another name.

    Args:
        name: the event's name.
        told: its attributes, or its body.
    """
    role = _ROLES.get(name)
    if role is None:
        return None
    whole = {**told, **fields(parsed(told.get("gen_ai.event.content")))}
    return message_of({**_api_message(whole), "role": whole.get("role", role)})


def event_choice(told: Mapping[str, Any]) -> dict[str, Any]:
    """A choice out of its event, as a message."""
    whole = {**told, **fields(parsed(told.get("gen_ai.event.content")))}
    message = fields(parsed(whole.get("message"))) or whole
    read = message_of({"role": "assistant", **_api_message(message)})
    reason = filled_text(whole.get("finish_reason"))
    return {**read, "finish_reason": reason} if reason else read


def _api_message(told: Mapping[str, Any]) -> dict[str, Any]:
    """A message as OpenAI's API has it, whose lists may be JSON text and whose call's id has a shorter name."""
    message = {name: told[name] for name in ("role", "content", "name") if name in told}
    if isinstance(content := parsed(message.get("content")), list):
        message["content"] = content
    if calls := items(parsed(told.get("tool_calls"))):
        message["tool_calls"] = calls
    called = told.get("id", told.get("tool_call_id"))
    return {**message, "tool_call_id": called} if called is not None else message


def _input_events(span: SpanRecord, theirs: str) -> list[Any] | None:  # noqa: ARG001 - a reading's signature
    found = (event_message(event.name, event.attributes) for event in span.events)
    return nothing_for_none(message for message in found if message is not None)


def _choice_events(span: SpanRecord, theirs: str) -> list[Any] | None:
    return nothing_for_none(event_choice(event.attributes) for event in span.events if event.name == theirs)


def _choice_reasons(span: SpanRecord, theirs: str) -> list[str] | None:
    reasons = [one.get("finish_reason") for one in _choice_events(span, theirs) or ()]
    return nothing_for_none(reasons) if all(reasons) else None


def _whole(attribute: str, role: str) -> Any:
    """Reads messages, or one text, that the whole of an event or of an attribute says."""

    def read(span: SpanRecord, theirs: str) -> list[Any] | None:
        values = [event.attributes.get(attribute) for event in span.events if event.name == theirs]
        value = parsed(values[-1] if values else span.attributes.get(theirs))
        if isinstance(value, str) and value:
            return [message_of({"role": role, "content": value})]
        own = fields(value)
        listed = items(value) or items(own.get("messages")) or items(own.get("choices")) or ([own] if own else [])
        messages = [fields(fields(one).get("message")) or fields(one) for one in listed]
        return nothing_for_none(message_of({"role": role, **one}) for one in messages if "content" in one)

    return read


OTEL: Final = Dialect(
    "OpenTelemetry, older conventions",
    (
        Entry(semconv.GEN_AI_PROVIDER_NAME, "gen_ai.system", said(provider)),
        Entry(semconv.GEN_AI_USAGE_INPUT_TOKENS, "gen_ai.usage.prompt_tokens"),
        Entry(semconv.GEN_AI_USAGE_OUTPUT_TOKENS, "gen_ai.usage.completion_tokens"),
        Entry(semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, "gen_ai.usage.cache_creation.input_tokens"),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
            "gen_ai.usage.details.cache_read_tokens",
            said(positive_number),
        ),
        Entry(
            semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
            "gen_ai.usage.details.cache_write_tokens",
            said(positive_number),
        ),
        Entry(
            semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
            "gen_ai.usage.details.reasoning_tokens",
            said(positive_number),
        ),
        Entry(semconv.GEN_AI_REQUEST_SEED, "gen_ai.openai.request.seed"),
        Entry(semconv.GEN_AI_OUTPUT_TYPE, "gen_ai.openai.request.response_format", said(by_word(_OUTPUT_TYPES))),
        Entry(semconv.OPENAI_REQUEST_SERVICE_TIER, "gen_ai.openai.request.service_tier"),
        Entry(semconv.OPENAI_RESPONSE_SERVICE_TIER, "gen_ai.openai.response.service_tier"),
        Entry(semconv.OPENAI_RESPONSE_SYSTEM_FINGERPRINT, "gen_ai.openai.response.system_fingerprint"),
        Entry(semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, "gen_ai.client.operation.time_to_first_chunk"),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, "gen_ai.user.message", _input_events),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, _PROMPT_EVENT, _whole(_PROMPT, "user")),
        Entry(semconv.GEN_AI_INPUT_MESSAGES, _PROMPT, _whole(_PROMPT, "user")),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _CHOICE, _choice_events),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _ANSWER_EVENT, _whole(_ANSWER, "assistant")),
        Entry(semconv.GEN_AI_OUTPUT_MESSAGES, _ANSWER, _whole(_ANSWER, "assistant")),
        Entry(semconv.GEN_AI_RESPONSE_FINISH_REASONS, _CHOICE, _choice_reasons),
        Entry(semconv.ERROR_TYPE, "exception.type", exception_type),
    ),
    names=frozenset(
        {
            "gen_ai.system",
            _PROMPT,
            _ANSWER,
            "gen_ai.usage.prompt_tokens",
            "gen_ai.usage.completion_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.client.operation.time_to_first_chunk",
        }
    ),
    prefixes=("gen_ai.openai.", "gen_ai.usage.details."),
    events=frozenset({*_ROLES, _CHOICE, _PROMPT_EVENT, _ANSWER_EVENT}),
)
