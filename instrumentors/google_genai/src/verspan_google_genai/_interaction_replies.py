"""What comes back of an interaction, whole or event by event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verspan.instrumentation.calls import Choice, Reply, ToldFailure
from verspan.instrumentation.fields import field, fields, integer, items, text
from verspan.instrumentation.generated.adapting import event_of
from verspan_google_genai._steps import content_part, server_part, step_parts
from verspan_google_genai._usage import read_interaction_usage

FAILURE_MARKS: Sequence[bytes] = (b'"failed"', b'"error"')
_FINISH_REASONS = {
    "completed": "stop",
    "incomplete": "length",
    "requires_continuation": "length",
    "requires_action": "tool_call",
    "failed": "error",
    "cancelled": "error",
}
"""By the status of an interaction; one that goes on has none yet."""
_UNDER_WAY = ("queued", "in_progress")


def read_event(body: Any, reply: Reply) -> None:
    """Fill a reply from an interaction, or add an event to it."""
    own = event_of(body)
    kind = text(own.get("event_type")) or text(own.get("type")) or ""
    if kind == "error":
        _read_failure(own, reply)
    elif kind.startswith("interaction."):
        read_interaction(fields(own.get("interaction")), reply)
    elif kind.startswith("step."):
        if reply.capture_content:
            _read_step(kind, own, reply.choice(0))
    else:
        read_interaction(own, reply)


def read_interaction(own: Mapping[str, Any], reply: Reply) -> None:
    """What an interaction tells by now."""
    reply.response_id = text(own.get("id")) or reply.response_id
    reply.response_model = text(own.get("model")) or reply.response_model
    if own.get("usage"):
        reply.usage = read_interaction_usage(own["usage"])
    _read_status(own, reply)
    if reply.capture_content:
        for step in map(fields, items(own.get("steps"))):
            role, parts = step_parts(step) or ("assistant", [dict(step)])
            if role == "assistant" and parts:
                reply.choice(0).parts += parts


def _read_status(own: Mapping[str, Any], reply: Reply) -> None:
    status = text(own.get("status"))
    if status is None or status in _UNDER_WAY:
        return
    reply.choice(0).finish_reason = _FINISH_REASONS.get(status, status)
    if status == "failed":
        _read_failure(own, reply)


def _read_failure(own: Mapping[str, Any], reply: Reply) -> None:
    error = own.get("error")
    code = field(error, "code")
    reply.failure = ToldFailure(str(code) if code is not None else "failed", text(field(error, "message")))


def _read_step(kind: str, own: Mapping[str, Any], choice: Choice) -> None:
    index = integer(own.get("index")) or 0
    if kind == "step.start":
        step = fields(own.get("step"))
        if step.get("type") == "function_call":
            call = choice.tool_call(index)
            call.id, call.name = text(step.get("id")), text(step.get("name"))
    elif kind == "step.delta":
        delta = fields(own.get("delta"))
        read = _DELTAS.get(text(delta.get("type")) or "", _add_whole)
        read(choice, index, delta)


def _say(choice: Choice, _index: int, delta: Mapping[str, Any]) -> None:
    choice.text.append(text(delta.get("text")) or "")


def _think(choice: Choice, _index: int, delta: Mapping[str, Any]) -> None:
    choice.think(text(field(delta.get("content"), "text")) or "")


def _add_arguments(choice: Choice, index: int, delta: Mapping[str, Any]) -> None:
    choice.tool_call(index).arguments.append(text(delta.get("arguments")) or "")


def _pass(_choice: Choice, _index: int, _delta: Mapping[str, Any]) -> None:
    """Of signatures, which are encrypted, nothing is told."""


def _add_whole(choice: Choice, _index: int, delta: Mapping[str, Any]) -> None:
    is_tool = (text(delta.get("type")) or "").endswith(("_call", "_result"))
    choice.add(server_part(delta) if is_tool else content_part(delta))


_DELTAS: Mapping[str, Callable[[Choice, int, Mapping[str, Any]], None]] = {
    "text": _say,
    "thought_summary": _think,
    "arguments_delta": _add_arguments,
    "thought_signature": _pass,
}
