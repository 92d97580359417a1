"""A reply as it is put together."""

from __future__ import annotations

from verspan.instrumentation.calls import Reply, parse_arguments


def test_finish_reasons() -> None:
    """One reason per choice that was asked for or came, in order, `error` where it is missing."""
    reply = Reply()
    assert reply.finish_reasons(2) == ["error", "error"]
    reply.choice(2).finish_reason = "stop"
    reply.choice(0).finish_reason = "length"
    assert reply.finish_reasons(1) == ["length", "error", "stop"]


def test_output_messages() -> None:
    """Pieces of a stream make one message per choice, by index, tool calls with their arguments as objects."""
    reply = Reply()
    reply.choice(1).text += ["Hel", "lo"]
    first = reply.choice(0)
    first.reasoning.append("think")
    first.tool_call(1).name = "second"
    first.tool_call(0).id, first.tool_call(0).name = "call_1", "first"
    first.tool_call(0).arguments += ['{"order', '": 4711}']
    first.finish_reason = "tool_calls"
    assert reply.output_messages() == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "think"},
                {"type": "tool_call", "name": "first", "id": "call_1", "arguments": {"order": 4711}},
                {"type": "tool_call", "name": "second"},
            ],
            "finish_reason": "tool_calls",
        },
        {"role": "assistant", "parts": [{"type": "text", "content": "Hello"}], "finish_reason": "error"},
    ]


def test_cut_arguments() -> None:
    """Arguments that a cut stream left incomplete are kept as the text they are."""
    assert parse_arguments('{"order": 47') == '{"order": 47'


def test_parts_in_order() -> None:
    """What is thought, said and used in turns is told in the order in which it came."""
    reply = Reply()
    choice = reply.choice(0)
    choice.text.append("Let me see.")
    choice.think("Twelve ")
    choice.think("parcels.")
    choice.text.append("Wait.")
    choice.add({"type": "server_tool_call", "name": "search"})
    choice.text.append("Done.")
    assert reply.output_messages()[0]["parts"] == [
        {"type": "text", "content": "Let me see."},
        {"type": "reasoning", "content": "Twelve parcels."},
        {"type": "text", "content": "Wait."},
        {"type": "server_tool_call", "name": "search"},
        {"type": "text", "content": "Done."},
    ]
