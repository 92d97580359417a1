"""The parameters, messages and tools of a request for a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.anthropic_json.blocks import content_parts
from verspan.instrumentation.calls import CallInput, Request
from verspan.instrumentation.fields import field, fields, integer, items, number, text
from verspan.instrumentation.messages import Message, ToolDefinition
from verspan.instrumentation.parameters import Reader, assigned, stop_sequences
from verspan.instrumentation.parts import definition
from verspan.semconv import (
    ANTHROPIC_REQUEST_SERVICE_TIER,
    ANTHROPIC_THINKING_BUDGET_TOKENS,
    ANTHROPIC_THINKING_TYPE,
    GEN_AI_CONVERSATION_ID,
)

CONTENT = ("messages", "system", "tools", "mcp_servers", "container", "metadata")
"""What of a request is content, or may name somebody."""
_OWN_TOOLS = frozenset({"custom", "function"})


def read_input(body: Any) -> CallInput:
    """What a request says: its messages, instructions and the tools it offers.

    Args:
        body: the request's JSON object.
    """
    servers = (definition("mcp", fields(server)) for server in items(field(body, "mcp_servers")))
    return CallInput(
        messages=[_message(message) for message in items(field(body, "messages"))],
        system_instructions=content_parts(field(body, "system")),
        tool_definitions=[*map(_tool_definition, items(field(body, "tools"))), *servers],
    )


def _message(message: Any) -> Message:
    own = fields(message)
    return {"role": text(own.get("role")) or "", "parts": content_parts(own.get("content"))}


def _tool_definition(tool: Any) -> ToolDefinition:
    """A tool of the application's, which has a schema, or one of the provider's, known by its type and date."""
    own = fields(tool)
    kind = text(own.get("type")) or "custom"
    named = "function" if kind in _OWN_TOOLS else kind
    return definition(named, {**own, "parameters": own.get("input_schema")})


def _read_output_config(request: Request, value: Any) -> None:
    request.reasoning_level = text(field(value, "effort"))
    _read_output_format(request, field(value, "format"))


def _read_output_format(request: Request, value: Any) -> None:
    if field(value, "type") == "json_schema":
        request.output_type = "json"


def _read_thinking(request: Request, value: Any) -> None:
    if kind := text(field(value, "type")):
        request.extra[ANTHROPIC_THINKING_TYPE] = kind
    if budget := integer(field(value, "budget_tokens")):
        request.extra[ANTHROPIC_THINKING_BUDGET_TOKENS] = budget


def _read_service_tier(request: Request, value: Any) -> None:
    tier = text(value)
    if tier and tier != "auto":
        request.extra[ANTHROPIC_REQUEST_SERVICE_TIER] = tier


READERS: Mapping[str, Reader] = {
    "max_tokens": assigned("max_tokens", integer),
    "max_tokens_to_sample": assigned("max_tokens", integer),  # of completions
    "temperature": assigned("temperature", number),
    "top_p": assigned("top_p", number),
    "top_k": assigned("top_k", integer),
    "stop_sequences": assigned("stop_sequences", stop_sequences),
    "output_config": _read_output_config,
    "output_format": _read_output_format,  # of the beta, before it was a part of the former
    "thinking": _read_thinking,
    "service_tier": _read_service_tier,
    GEN_AI_CONVERSATION_ID: assigned("conversation_id", text),
}
"""What reads a parameter, by the name of its field."""
