"""The reply to a request for a message, whole or event by event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of
from typing import Any

from verspan.instrumentation.anthropic_json.blocks import SERVER_TOOLS, block_part
from verspan.instrumentation.anthropic_json.usage import read_usage
from verspan.instrumentation.calls import Choice, Reply, ToldFailure, parse_arguments
from verspan.instrumentation.fields import field, fields, integer, items, text
from verspan.semconv import GEN_AI_CONVERSATION_COMPACTED

FAILURE_MARKS: Sequence[bytes] = (b"event: error", b"event:error")
"""Of what a stream holds that tells of a failure, which its reader may take for another event."""
_FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_call",
    "refusal": "content_filter",
}
"""The conventions' words for why the model stopped; others of the API's stay as they are."""
_TOOLS = SERVER_TOOLS | {"tool_use"}
_UNKNOWN_FAILURE = "_OTHER"  # the conventions' word

_Fields = Mapping[str, Any]


@dataclass(slots=True)
class _Writing(Choice):
    """The message as it is written, block by block."""

    blocks: dict[int, dict[str, Any]] = of(default_factory=dict)
    """Those that have begun and not ended, by their number."""


def finish_reason(stop_reason: str) -> str:
    """The conventions' word for why the model stopped."""
    return _FINISH_REASONS.get(stop_reason, stop_reason)


def read_event(body: Any, reply: Reply) -> None:
    """Add a whole message, or one event of a stream, to a reply.

    Args:
        body: the JSON object that the API sent.
        reply: the reply to fill.
    """
    own = fields(body)
    read = _READERS.get(text(own.get("type")) or "")
    if read is not None:
        read(own, reply)


def _read_message(own: _Fields, reply: Reply) -> None:
    reply.response_id = text(own.get("id")) or reply.response_id
    reply.response_model = text(own.get("model")) or reply.response_model
    read_usage(own.get("usage"), reply)
    _read_end(own, reply)
    for block in items(own.get("content")):
        _add_block(fields(block), reply)


def _read_end(own: _Fields, reply: Reply) -> None:
    if stop_reason := text(own.get("stop_reason")):
        _writing(reply).finish_reason = finish_reason(stop_reason)


def _add_block(block: _Fields, reply: Reply) -> None:
    if block.get("type") == "compaction":
        reply.extra[GEN_AI_CONVERSATION_COMPACTED] = True
    if reply.capture_content:
        _writing(reply).parts.append(block_part(block))


def _writing(reply: Reply) -> _Writing:
    choice = reply.choices.get(0)
    if not isinstance(choice, _Writing):
        choice = reply.choices[0] = _Writing()
    return choice


def _begun(event: _Fields, reply: Reply) -> None:
    _read_message(fields(event.get("message")), reply)


def _ended(event: _Fields, reply: Reply) -> None:
    read_usage(event.get("usage"), reply)
    _read_end(fields(event.get("delta")), reply)


def _block_begun(event: _Fields, reply: Reply) -> None:
    index, block = _index(event), dict(fields(event.get("content_block")))
    choice = _writing(reply)
    choice.blocks[index] = block
    if reply.capture_content and block.get("type") in _TOOLS:
        call = choice.tool_call(index)
        call.id, call.name = text(block.get("id")), text(block.get("name"))


def _block_grown(event: _Fields, reply: Reply) -> None:
    if not reply.capture_content:
        return
    delta, choice, index = fields(event.get("delta")), _writing(reply), _index(event)
    kind = delta.get("type")
    if kind == "text_delta":
        choice.text.append(text(delta.get("text")) or "")
    elif kind == "thinking_delta":
        choice.reasoning.append(text(delta.get("thinking")) or "")
    elif kind == "input_json_delta":
        choice.tool_call(index).arguments.append(text(delta.get("partial_json")) or "")
    elif (block := choice.blocks.get(index)) is not None:
        _grow(block, delta)


def _grow(block: dict[str, Any], delta: _Fields) -> None:
    if delta.get("type") == "citations_delta":
        block["citations"] = [*items(block.get("citations")), delta.get("citation")]
    elif delta.get("type") == "compaction_delta":
        block["content"] = (text(block.get("content")) or "") + (text(delta.get("content")) or "")


def _block_ended(event: _Fields, reply: Reply) -> None:
    choice, index = _writing(reply), _index(event)
    block = choice.blocks.pop(index, None)
    if block is not None:
        _complete(block, choice, index)
        _add_block(block, reply)


def _complete(block: dict[str, Any], choice: Choice, index: int) -> None:
    """Put what was written of a block into it."""
    kind = block.get("type")
    if kind == "text":
        block["text"] = "".join((text(block.get("text")) or "", *choice.text))
        choice.text.clear()
    elif kind == "thinking":
        block["thinking"] = "".join((text(block.get("thinking")) or "", *choice.reasoning))
        choice.reasoning.clear()
    elif (call := choice.tool_calls.pop(index, None)) is not None and (asked := "".join(call.arguments)):
        block["input"] = parse_arguments(asked)


def _index(event: _Fields) -> int:
    return integer(event.get("index")) or 0


def _failed(event: _Fields, reply: Reply) -> None:
    error = event.get("error")
    reply.failure = ToldFailure(text(field(error, "type")) or _UNKNOWN_FAILURE, text(field(error, "message")))


_READERS: dict[str, Callable[[_Fields, Reply], None]] = {
    "message": _read_message,
    "message_start": _begun,
    "content_block_start": _block_begun,
    "content_block_delta": _block_grown,
    "content_block_stop": _block_ended,
    "message_delta": _ended,
    "error": _failed,
}
