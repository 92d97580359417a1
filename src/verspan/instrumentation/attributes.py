"""From a call's description to span attributes."""

from __future__ import annotations

from typing import Any

from verspan import semconv
from verspan.instrumentation.calls import Call, CallInput, Reply, Request, Usage
from verspan.instrumentation.serialising import to_json

_REQUEST = (
    ("choice_count", semconv.GEN_AI_REQUEST_CHOICE_COUNT),
    ("max_tokens", semconv.GEN_AI_REQUEST_MAX_TOKENS),
    ("temperature", semconv.GEN_AI_REQUEST_TEMPERATURE),
    ("top_p", semconv.GEN_AI_REQUEST_TOP_P),
    ("top_k", semconv.GEN_AI_REQUEST_TOP_K),
    ("frequency_penalty", semconv.GEN_AI_REQUEST_FREQUENCY_PENALTY),
    ("presence_penalty", semconv.GEN_AI_REQUEST_PRESENCE_PENALTY),
    ("seed", semconv.GEN_AI_REQUEST_SEED),
    ("stop_sequences", semconv.GEN_AI_REQUEST_STOP_SEQUENCES),
    ("output_type", semconv.GEN_AI_OUTPUT_TYPE),
    ("reasoning_level", semconv.GEN_AI_REQUEST_REASONING_LEVEL),
    ("conversation_id", semconv.GEN_AI_CONVERSATION_ID),
)
_USAGE = (
    ("input_tokens", semconv.GEN_AI_USAGE_INPUT_TOKENS),
    ("output_tokens", semconv.GEN_AI_USAGE_OUTPUT_TOKENS),
    ("cache_read_input_tokens", semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
    ("cache_write_input_tokens", semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS),
    ("reasoning_output_tokens", semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS),
    ("audio_input_tokens", semconv.GEN_AI_USAGE_AUDIO_INPUT_TOKENS),
    ("audio_output_tokens", semconv.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS),
    ("audio_cache_read_input_tokens", semconv.GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS),
    ("text_input_tokens", semconv.GEN_AI_USAGE_TEXT_INPUT_TOKENS),
    ("text_output_tokens", semconv.GEN_AI_USAGE_TEXT_OUTPUT_TOKENS),
    ("text_cache_read_input_tokens", semconv.GEN_AI_USAGE_TEXT_CACHE_READ_INPUT_TOKENS),
    ("image_input_tokens", semconv.GEN_AI_USAGE_IMAGE_INPUT_TOKENS),
    ("image_output_tokens", semconv.GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS),
    ("image_cache_read_input_tokens", semconv.GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS),
)


def span_name(call: Call) -> str:
    """The conventions' name of the span: the operation, and the model where it is known."""
    return f"{call.operation_name} {call.request_model}" if call.request_model else call.operation_name


def call_attributes(call: Call) -> dict[str, Any]:
    """Attributes that are there when the span starts, since samplers look at them."""
    found: dict[str, Any] = {
        semconv.GEN_AI_OPERATION_NAME: call.operation_name,
        semconv.GEN_AI_PROVIDER_NAME: call.provider_name,
    }
    if call.request_model is not None:
        found[semconv.GEN_AI_REQUEST_MODEL] = call.request_model
    if call.server_address is not None:
        found[semconv.SERVER_ADDRESS] = call.server_address
    if call.server_port is not None:
        found[semconv.SERVER_PORT] = call.server_port
    if call.stream:
        found[semconv.GEN_AI_REQUEST_STREAM] = True
    return found


def request_attributes(request: Request) -> dict[str, Any]:
    """The parameters of a call."""
    found: dict[str, Any] = {}
    _add_known(found, request, _REQUEST)
    found.update(request.extra)
    return found


def reply_attributes(request: Request, reply: Reply) -> dict[str, Any]:
    """Attributes known once the reply has come, or has stopped coming."""
    reasons = reply.finish_reasons((request.choice_count or 1) if request.has_choices else 0)
    found: dict[str, Any] = {semconv.GEN_AI_RESPONSE_FINISH_REASONS: reasons} if reasons else {}
    if reply.response_id is not None:
        found[semconv.GEN_AI_RESPONSE_ID] = reply.response_id
    if reply.response_model is not None:
        found[semconv.GEN_AI_RESPONSE_MODEL] = reply.response_model
    if reply.usage is not None:
        found.update(usage_attributes(reply.usage))
    found.update(reply.extra)
    return found


def usage_attributes(usage: Usage) -> dict[str, int]:
    """The tokens of a call that are known."""
    found: dict[str, int] = {}
    _add_known(found, usage, _USAGE)
    return found


def input_content(call_input: CallInput) -> dict[str, bytes]:
    """What was asked, as JSON by attribute name."""
    content = {semconv.GEN_AI_INPUT_MESSAGES: to_json(call_input.messages)} if call_input.messages else {}
    if call_input.system_instructions:
        content[semconv.GEN_AI_SYSTEM_INSTRUCTIONS] = to_json(call_input.system_instructions)
    if call_input.tool_definitions:
        content[semconv.GEN_AI_TOOL_DEFINITIONS] = to_json(call_input.tool_definitions)
    return content


def output_content(reply: Reply) -> dict[str, bytes]:
    """What was answered, as JSON by attribute name; nothing where no choice came."""
    return {semconv.GEN_AI_OUTPUT_MESSAGES: to_json(reply.output_messages())} if reply.choices else {}


def _add_known(found: dict[str, Any], source: Request | Usage, names: tuple[tuple[str, str], ...]) -> None:
    for field, attribute in names:
        value = getattr(source, field)
        if value is not None:
            found[attribute] = value
