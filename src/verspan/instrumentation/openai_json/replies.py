"""The reply to a chat request, whole or chunk by chunk.

A message and the delta of a chunk have the same fields, and so do a completion and a chunk: one reader serves both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import Audio, Choice, Reply, ToolCall
from verspan.instrumentation.fields import field, fields, integer, items, text
from verspan.instrumentation.messages import Part
from verspan.instrumentation.openai_json.usage import read_usage, reported_usd
from verspan.semconv import (
    OPENAI_RESPONSE_SERVICE_TIER,
    OPENAI_RESPONSE_SYSTEM_FINGERPRINT,
    VERSPAN_COST_REPORTED_USD,
)


def read_reply(response: Any, reply: Reply) -> None:
    """Add a whole completion or one chunk to a reply.

    Args:
        response: the JSON object that the API sent.
        reply: the reply to fill.
    """
    own = fields(response)
    finished = False
    for choice in items(own.get("choices")):
        finished |= _read_choice(fields(choice), reply)
    if finished or not reply.response_id or own.get("usage") is not None:
        read_envelope(own, reply)


def read_envelope(own: Mapping[str, Any], reply: Reply) -> None:
    """Read what an answer says beside its choices: id, model, tier, fingerprint and tokens."""
    # Azure opens a stream with a chunk about the prompt alone, whose id and model are empty strings
    reply.response_id = text(own.get("id")) or reply.response_id
    reply.response_model = text(own.get("model")) or reply.response_model
    if tier := text(own.get("service_tier")):
        reply.extra[OPENAI_RESPONSE_SERVICE_TIER] = tier
    if fingerprint := text(own.get("system_fingerprint")):
        reply.extra[OPENAI_RESPONSE_SYSTEM_FINGERPRINT] = fingerprint
    # Groq's streams have their usage under a name of its own
    usage = own.get("usage") or field(own.get("x_groq"), "usage")
    if usage is not None:
        reply.usage = read_usage(usage)
        if (cost := reported_usd(usage)) is not None:
            reply.extra[VERSPAN_COST_REPORTED_USD] = cost


def say(reply: Reply, parts: list[Part]) -> None:
    """Make these parts the answer, in the place of what was put together until now; no parts change nothing."""
    if parts:
        choice = reply.choice(0)
        choice.finish_reason = "stop"
        choice.text.clear()
        choice.parts = parts if reply.capture_content else []


def _read_choice(own: Mapping[str, Any], reply: Reply) -> bool:
    index = own.get("index")
    choice = reply.choice(index if isinstance(index, int) else 0)
    if reply.capture_content:
        message = own.get("delta") or own.get("message")
        if message is not None:
            _read_message(message, choice)
    reason = text(own.get("finish_reason"))
    if reason is None:
        return False
    choice.finish_reason = reason
    return True


def _read_message(message: Any, choice: Choice) -> None:
    own = fields(message)
    if content := own.get("content"):
        if isinstance(content, str):
            choice.text.append(content)
        else:
            _read_parts(content, choice)
    if role := own.get("role"):
        choice.role = text(role) or choice.role
    if refusal := own.get("refusal"):
        choice.refusal.append(text(refusal) or "")
    if calls := own.get("tool_calls"):
        for call in items(calls):
            _read_tool_call(call, choice)
    if function := own.get("function_call"):
        _add_function(choice.tool_call(0), fields(function))
    if reasoning := text(own.get("reasoning_content")) or text(own.get("reasoning")):
        choice.reasoning.append(reasoning)
    if audio := own.get("audio"):
        _read_audio(audio, choice)


def _read_parts(content: Any, choice: Choice) -> None:
    for part in map(fields, items(content)):  # Mistral's reasoning models answer in parts
        if part.get("type") == "thinking":
            choice.reasoning += [text(field(thought, "text")) or "" for thought in items(part.get("thinking"))]
        else:
            choice.text.append(text(part.get("text")) or "")


def _read_tool_call(piece: Any, choice: Choice) -> None:
    own = fields(piece)
    call = _tool_call_of(own, choice)
    if call_id := text(own.get("id")):
        call.id = call_id
    _add_function(call, fields(own.get("function") or own.get("custom")))


def _tool_call_of(piece: Mapping[str, Any], choice: Choice) -> ToolCall:
    """The call that a piece belongs to: the one at its index, else the last one, unless it begins another."""
    calls, index = choice.tool_calls, integer(piece.get("index"))
    call = next(reversed(calls.values()), None) if index is None else calls.get(index)
    if call is not None and not _begins_another(piece, call):
        return call
    if index is None or call is not None:
        index = max(calls, default=-1) + 1
    return choice.tool_call(index)


def _begins_another(piece: Mapping[str, Any], call: ToolCall) -> bool:
    call_id = text(piece.get("id"))
    if call_id and call.id:
        return call_id != call.id  # some hosts number every call 0, or none
    # of calls without ids and numbers, only the first piece names the function
    return piece.get("index") is None and field(piece.get("function"), "name") is not None


def _add_function(call: ToolCall, function: Mapping[str, Any]) -> None:
    if name := text(function.get("name")):
        call.name = name
    if arguments := text(function.get("arguments")) or text(function.get("input")):
        call.arguments.append(arguments)


def _read_audio(audio: Any, choice: Choice) -> None:
    into = choice.audio = choice.audio or Audio()
    own = fields(audio)
    if data := text(own.get("data")):
        into.data.append(data)
    if transcript := text(own.get("transcript")):
        into.transcript.append(transcript)
