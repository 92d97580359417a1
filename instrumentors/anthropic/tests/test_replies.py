"""Events of a stream in orders and with gaps that no recording has."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import Reply, Usage
from verspan_anthropic._messages import MessagesAdapter


def _read(*events: dict[str, Any], capture_content: bool = True) -> Reply:
    reply = Reply(capture_content)
    for event in events:
        MessagesAdapter().read_reply(event, reply)
    return reply


def _tool(index: int, name: str) -> dict[str, Any]:
    block = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
    return {"type": "content_block_start", "index": index, "content_block": block}


def _delta(index: int, **delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def test_interleaved_tools() -> None:
    """Tools whose arguments come by turns each get their own."""
    reply = _read(
        _tool(0, "find"),
        _tool(1, "call"),
        _delta(0, type="input_json_delta", partial_json='{"number":'),
        _delta(1, type="input_json_delta", partial_json='{"who":'),
        _delta(0, type="input_json_delta", partial_json=" 1}"),
        _delta(1, type="input_json_delta", partial_json=' "Ann"}'),
        _stop(1),
        _stop(0),
    )
    (message,) = reply.output_messages()
    assert message["parts"] == [
        {"type": "tool_call", "name": "call", "id": "toolu_1", "arguments": {"who": "Ann"}},
        {"type": "tool_call", "name": "find", "id": "toolu_0", "arguments": {"number": 1}},
    ]


def test_broken_arguments() -> None:
    """Arguments that are no JSON stay the text that they are."""
    reply = _read(_tool(0, "find"), _delta(0, type="input_json_delta", partial_json='{"number'), _stop(0))
    (message,) = reply.output_messages()
    assert message["parts"] == [{"type": "tool_call", "name": "find", "id": "toolu_0", "arguments": '{"number'}]


def test_without_beginning() -> None:
    """Pieces of a block that did not begin, and events of no known type, break nothing."""
    reply = _read(
        {"type": "content_block_delta"},
        _delta(3, type="text_delta", text="In Bremen."),
        _delta(3, type="signature_delta", signature="EqQB"),
        _stop(3),
        {"type": "something_new"},
        {"type": "message_delta"},
    )
    (message,) = reply.output_messages()
    assert message == {
        "role": "assistant",
        "parts": [{"type": "text", "content": "In Bremen."}],
        "finish_reason": "error",
    }
    assert reply.usage is None


def test_without_content() -> None:
    """Where content may not be captured nothing of it is kept, and all else is."""
    reply = _read(
        {"type": "message_start", "message": {"id": "msg_1", "model": "claude-own-1", "usage": {"input_tokens": 3}}},
        _tool(0, "find"),
        _delta(0, type="input_json_delta", partial_json="{}"),
        _stop(0),
        _delta(1, type="text_delta", text="In Bremen."),
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 4}},
        capture_content=False,
    )
    (message,) = reply.output_messages()
    assert (message["parts"], message.get("finish_reason")) == ([], "tool_call")
    assert reply.usage == Usage(input_tokens=3, output_tokens=4)


def test_usage_field_by_field() -> None:
    """Of each count the last that was told holds, and the input is their sum."""
    reply = _read(
        {
            "type": "message_start",
            "message": {"usage": {"input_tokens": 10, "cache_read_input_tokens": 100, "output_tokens": 1}},
        },
        {"type": "message_delta", "usage": {"cache_creation_input_tokens": 1000, "output_tokens": 7}},
        {"type": "message_delta", "usage": {"input_tokens": 20, "cache_read_input_tokens": None, "output_tokens": 9}},
    )
    assert reply.usage == Usage(
        input_tokens=1120, output_tokens=9, cache_read_input_tokens=100, cache_write_input_tokens=1000
    )
