"""The reply to a request of the responses API, whole or event by event.

The last event of a stream holds the whole response, which then replaces what was put together. What came before it
counts only where the stream was cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verspan.instrumentation.calls import Choice, Reply, ToldFailure
from verspan.instrumentation.fields import field, fields, integer, items, text
from verspan.instrumentation.openai_json.response_items import CLIENT_TOOLS, item_parts
from verspan.instrumentation.openai_json.usage import read_usage
from verspan.semconv import (
    GEN_AI_CONVERSATION_COMPACTED,
    GEN_AI_CONVERSATION_ID,
    GEN_AI_RESPONSE_STATUS,
    OPENAI_RESPONSE_SERVICE_TIER,
)

FAILURE_MARKS: Sequence[bytes] = (b'"status":"failed"', b'"status": "failed"', b'"type":"error"', b'"type": "error"')
"""Of what an answer holds that may tell of a failure."""
_UNKNOWN_FAILURE = "_OTHER"  # the conventions' word
_INCOMPLETE = {"max_output_tokens": "length"}
_UNFINISHED = frozenset({"queued", "in_progress"})
_FAILED = frozenset({"failed", "cancelled"})

_Fields = Mapping[str, Any]


def read_event(body: Any, reply: Reply) -> None:
    """Add a whole response or one event of a stream to a reply.

    Args:
        body: the JSON object that the API sent.
        reply: the reply to fill.
    """
    own = fields(body)
    read = _EVENT_READERS.get(text(own.get("type")) or "")
    if read is not None:
        read(own, reply)
    elif "output" in own:
        _read_response(own, reply)


def _read_response(own: _Fields, reply: Reply) -> None:
    _read_identity(own, reply)
    if own.get("usage") is not None:
        reply.usage = read_usage(own["usage"])
    status = text(own.get("status"))
    if status in _UNFINISHED:
        reply.extra[GEN_AI_RESPONSE_STATUS] = status
        return
    if status == "failed":
        reply.failure = _failure(own.get("error"))
    output = [fields(item) for item in items(own.get("output"))]
    reply.choices[0] = Choice(finish_reason=_finish_reason(own, status, output))
    for item in output:
        _read_item(item, reply)


def _read_identity(own: _Fields, reply: Reply) -> None:
    reply.response_id = text(own.get("id")) or reply.response_id
    reply.response_model = text(own.get("model")) or reply.response_model
    if tier := text(own.get("service_tier")):
        reply.extra[OPENAI_RESPONSE_SERVICE_TIER] = tier
    if conversation := text(field(own.get("conversation"), "id")):
        reply.extra[GEN_AI_CONVERSATION_ID] = conversation


def _finish_reason(own: _Fields, status: str | None, output: list[_Fields]) -> str:
    if status in _FAILED:
        return "error"
    if status == "incomplete":
        reason = text(field(own.get("incomplete_details"), "reason")) or status
        return _INCOMPLETE.get(reason, reason)
    return "tool_call" if any(item.get("type") in CLIENT_TOOLS for item in output) else "stop"


def _read_item(item: _Fields, reply: Reply) -> None:
    if item.get("type") == "compaction":
        reply.extra[GEN_AI_CONVERSATION_COMPACTED] = True
    if reply.capture_content:
        reply.choice(0).parts += item_parts(item)


def _failure(error: Any) -> ToldFailure:
    kind = text(field(error, "code")) or text(field(error, "type")) or _UNKNOWN_FAILURE
    return ToldFailure(kind, text(field(error, "message")))


def _started(event: _Fields, reply: Reply) -> None:
    _read_identity(fields(event.get("response")), reply)


def _ended(event: _Fields, reply: Reply) -> None:
    _read_response(fields(event.get("response")), reply)


def _item_begun(event: _Fields, reply: Reply) -> None:
    item = fields(event.get("item"))
    if reply.capture_content and item.get("type") in CLIENT_TOOLS:
        call = reply.choice(0).tool_call(integer(event.get("output_index")) or 0)
        call.id, call.name = text(item.get("call_id")), text(item.get("name"))


def _item_done(event: _Fields, reply: Reply) -> None:
    choice = reply.choice(0)
    item = fields(event.get("item"))
    choice.tool_calls.pop(integer(event.get("output_index")) or 0, None)
    if item.get("type") == "reasoning":
        choice.reasoning.clear()
    elif item.get("type") == "message":
        choice.text.clear()
        choice.refusal.clear()
    _read_item(item, reply)


def _written(into: str) -> Callable[[_Fields, Reply], None]:
    def read(event: _Fields, reply: Reply) -> None:
        if reply.capture_content:
            getattr(reply.choice(0), into).append(text(event.get("delta")) or "")

    return read


def _arguments(event: _Fields, reply: Reply) -> None:
    if reply.capture_content:
        call = reply.choice(0).tool_call(integer(event.get("output_index")) or 0)
        call.arguments.append(text(event.get("delta")) or "")


def _failed(event: _Fields, reply: Reply) -> None:
    reply.failure = _failure(event.get("error") or {"code": event.get("code"), "message": event.get("message")})


_EVENT_READERS: dict[str, Callable[[_Fields, Reply], None]] = {
    "response.created": _started,
    "response.queued": _started,
    "response.in_progress": _started,
    "response.output_item.added": _item_begun,
    "response.output_item.done": _item_done,
    "response.output_text.delta": _written("text"),
    "response.refusal.delta": _written("refusal"),
    "response.reasoning_text.delta": _written("reasoning"),
    "response.reasoning_summary_text.delta": _written("reasoning"),
    "response.function_call_arguments.delta": _arguments,
    "response.custom_tool_call_input.delta": _arguments,
    "response.completed": _ended,
    "response.incomplete": _ended,
    "response.failed": _ended,
    "error": _failed,
}
