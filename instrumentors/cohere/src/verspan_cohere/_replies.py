"""What is answered to a chat, by either version of the API, whole or event by event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.calls import Choice, Reply
from verspan.instrumentation.fields import field, fields, integer, items, text
from verspan.instrumentation.serialising import snapshot
from verspan_cohere._adapting import read_usage

FINISH_REASONS = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "ERROR_LIMIT": "length",
    "TOOL_CALL": "tool_call",
    "ERROR_TOXIC": "content_filter",
    "ERROR": "error",
    "TIMEOUT": "error",
    "USER_CANCEL": "error",
}
"""By the API's names, those of the conventions."""


def read_reply(body: Any, reply: Reply) -> None:
    """Fill a reply from a response of version 2, or add an event to it."""
    own = fields(body)
    kind = text(own.get("type"))
    if kind is None or "message" in own:
        _read_message(fields(own.get("message")), reply)
        read_end(own, reply)
        return
    reply.response_id = text(own.get("id")) or reply.response_id
    delta = fields(own.get("delta"))
    if kind == "message-end":
        read_end(delta, reply)
    elif reply.capture_content:
        read = _DELTAS.get(kind)
        if read is not None:
            read(fields(delta.get("message")), integer(own.get("index")) or 0, reply.choice(0))


def read_older_reply(body: Any, reply: Reply) -> None:
    """Fill a reply from a response of version 1, or add an event to it."""
    own = fields(body)
    kind = text(own.get("event_type"))
    if kind == "stream-end":
        response = fields(own.get("response"))
        _read_older_end({**response, "finish_reason": own.get("finish_reason")}, reply)
        _add_older_calls(response, reply)
    elif kind == "text-generation":
        if reply.capture_content:
            reply.choice(0).text.append(text(own.get("text")) or "")
    elif kind is None:
        _read_older_end(own, reply)
        _add_older_calls(own, reply)
        if reply.capture_content and own.get("text"):
            reply.choice(0).text.append(text(own["text"]) or "")
    reply.response_id = text(own.get("generation_id")) or reply.response_id


def read_end(own: Mapping[str, Any], reply: Reply) -> None:
    """How and at what cost an answer ended."""
    reply.response_id = text(own.get("id")) or reply.response_id
    reason = text(own.get("finish_reason"))
    if reason:
        reply.choice(0).finish_reason = FINISH_REASONS.get(reason, reason.lower())
    reply.usage = read_usage(own.get("usage")) or reply.usage


def _read_message(message: Mapping[str, Any], reply: Reply) -> None:
    if not reply.capture_content:
        return
    choice = reply.choice(0)
    _plan(message, 0, choice)
    for part in map(fields, items(message.get("content"))):
        _say({"content": part}, 0, choice)
    for index, call in enumerate(items(message.get("tool_calls"))):
        _call({"tool_calls": call}, index, choice)


def _say(message: Mapping[str, Any], _index: int, choice: Choice) -> None:
    content = fields(message.get("content"))
    if thought := text(content.get("thinking")):
        choice.think(thought)
    if said := text(content.get("text")):
        choice.text.append(said)


def _plan(message: Mapping[str, Any], _index: int, choice: Choice) -> None:
    if plan := text(message.get("tool_plan")):
        choice.think(plan)


def _call(message: Mapping[str, Any], index: int, choice: Choice) -> None:
    piece = fields(message.get("tool_calls"))
    call, function = choice.tool_call(index), fields(piece.get("function"))
    call.id, call.name = text(piece.get("id")) or call.id, text(function.get("name")) or call.name
    if arguments := text(function.get("arguments")):
        call.arguments.append(arguments)


def _read_older_end(own: Mapping[str, Any], reply: Reply) -> None:
    read_end({"finish_reason": own.get("finish_reason"), "usage": own.get("meta")}, reply)


def _add_older_calls(own: Mapping[str, Any], reply: Reply) -> None:
    if not reply.capture_content:
        return
    for index, found in enumerate(items(own.get("tool_calls"))):
        call = reply.choice(0).tool_call(index)
        call.name, call.arguments = text(field(found, "name")), [snapshot(field(found, "parameters") or {}).decode()]


_DELTAS: Mapping[str, Callable[[Mapping[str, Any], int, Choice], None]] = {
    "content-start": _say,
    "content-delta": _say,
    "tool-plan-delta": _plan,
    "tool-call-start": _call,
    "tool-call-delta": _call,
}
