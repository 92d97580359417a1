"""Replies put together from shapes that neither a recording nor the corpus shows."""

from __future__ import annotations

from typing import Any

import pytest

from verspan.instrumentation.calls import Reply, Usage
from verspan.instrumentation.openai_json.replies import read_reply
from verspan.instrumentation.openai_json.usage import read_usage


def put_together(*deltas: dict[str, Any], **settings: Any) -> Reply:
    """The reply of a stream with these deltas."""
    reply = Reply(**settings)
    for delta in deltas:
        read_reply({"choices": [{"index": 0, "delta": delta}]}, reply)
    return reply


def calls(reply: Reply) -> list[Any]:
    """The tool calls of the only choice."""
    (message,) = reply.output_messages()
    return [part for part in message["parts"] if part["type"] == "tool_call"]


def function(name: str | None = None, arguments: str = "", **numbers: Any) -> dict[str, Any]:
    """A delta with one piece of a tool call."""
    named = {"name": name} if name else {}
    return {"tool_calls": [{**numbers, "function": {**named, "arguments": arguments}}]}


def test_indices_with_a_gap() -> None:
    """Calls that begin at an index of their own choice stay apart from one that has none."""
    reply = put_together(function("f", "1", index=1, id="a"), function("g", "2", id="b"), function(None, "3"))
    assert calls(reply) == [
        {"type": "tool_call", "name": "f", "id": "a", "arguments": 1},
        {"type": "tool_call", "name": "g", "id": "b", "arguments": 23},
    ]


def test_id_in_every_piece() -> None:
    """A host that repeats id and name in every piece has made one call."""
    reply = put_together(function("f", "1", id="a"), function("f", "2", id="a"))
    assert calls(reply) == [{"type": "tool_call", "name": "f", "id": "a", "arguments": 12}]


def test_content_is_not_wanted() -> None:
    """Where content is not captured only the finish reason, ids and usage are kept."""
    reply = Reply(capture_content=False)
    choice = {"index": 0, "delta": {"content": "secret", "role": "assistant"}, "finish_reason": "stop"}
    read_reply({"id": "1", "model": "m", "choices": [choice], "usage": {"prompt_tokens": 1}}, reply)
    assert (reply.response_id, reply.response_model, reply.usage) == ("1", "m", Usage(input_tokens=1))
    (message,) = reply.output_messages()
    assert (message["parts"], message["finish_reason"]) == ([], "stop")


def test_sound_in_pieces() -> None:
    """Pieces of sound, each encoded on its own, are one sound with its transcript."""
    pieces = [{"data": "AA=="}, {"transcript": "Hel"}, {"data": "AQI="}, {"transcript": "lo"}, {"expires_at": 1}]
    (message,) = put_together(*({"audio": piece} for piece in pieces)).output_messages()
    assert message["parts"] == [{"type": "blob", "modality": "audio", "content": "AAEC", "transcript": "Hello"}]


@pytest.mark.parametrize(
    "response",
    [
        None,
        "text",
        {},
        {"choices": None},
        {"choices": {"index": 0}},
        {"choices": [None]},
        {"choices": [{"message": "text"}]},
        {"choices": [{"index": "first", "delta": {"content": 5, "tool_calls": 5, "refusal": 5, "audio": 5}}]},
        {"choices": [{"delta": {"tool_calls": [None, {"index": "0", "function": "f"}]}}], "usage": "much"},
        {"id": 5, "model": 6, "choices": [{"finish_reason": 7, "message": {"role": 8, "content": [9]}}]},
    ],
)
def test_any_shape(response: Any) -> None:
    """A reply in a shape that is nobody's gives what there is, in the types that a span takes."""
    reply = Reply()
    read_reply(response, reply)
    assert reply.response_id is None
    assert all(message["role"] == "assistant" for message in reply.output_messages())
    assert reply.finish_reasons(1) == ["error"]


def test_usage_of_any_shape() -> None:
    """Counts that are no integers are none."""
    usage = {"prompt_tokens": "12", "completion_tokens": 3, "prompt_tokens_details": [], "completion_tokens_details": 4}
    assert read_usage(usage) == Usage(output_tokens=3)
