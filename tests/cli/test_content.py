"""Messages, inputs and outputs of a span as short pieces of text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from verspan import semconv
from verspan.cli.content import Said, said_in


def message(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    """A message of the conventions."""
    return {"role": role, "parts": list(parts)}


CONVERSATION = [
    message("system", {"type": "text", "content": "Be kind."}),
    message(
        "user", {"type": "text", "content": "Where is it?"}, {"type": "uri", "modality": "image", "uri": "http://x"}
    ),
    message("assistant", {"type": "tool_call", "name": "find", "id": "c1", "arguments": {"id": 7}}),
    message("tool", {"type": "tool_call_response", "id": "c1", "response": {"at": "Oslo"}}),
]


@pytest.mark.parametrize("kept", [CONVERSATION, json.dumps(CONVERSATION), json.dumps(CONVERSATION).encode()])
def test_conversation(kept: Any) -> None:
    """Messages read the same whether the span holds them as objects or as JSON."""
    assert said_in({semconv.GEN_AI_INPUT_MESSAGES: kept}) == [
        Said("system", "Be kind."),
        Said("user", "Where is it?\n[image]"),
        Said("assistant", '→ find({"id":7})'),
        Said("tool", '{"at":"Oslo"}'),
    ]


def test_order() -> None:
    """What went in stands before what came out."""
    attributes = {
        semconv.VERSPAN_OUTPUTS: '"done"',
        semconv.VERSPAN_INPUTS: '{"question":"why"}',
        semconv.GEN_AI_OUTPUT_MESSAGES: [message("assistant", {"type": "refusal", "content": "No."})],
        semconv.GEN_AI_SYSTEM_INSTRUCTIONS: [{"type": "text", "content": "Be brief."}],
        semconv.GEN_AI_TOOL_CALL_RESULT: "plain text",
        semconv.GEN_AI_TOOL_CALL_ARGUMENTS: {"id": 7},
    }
    assert said_in(attributes) == [
        Said("system", "Be brief."),
        Said("inputs", '{"question":"why"}'),
        Said("arguments", '{"id":7}'),
        Said("assistant", "No."),
        Said("result", "plain text"),
        Said("outputs", "done"),
    ]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("no JSON", [Said("message", "no JSON")]),
        ([1, None], [Said("message", "1"), Said("message", "null")]),
        ([{"role": "user", "content": "old shape"}], [Said("user", "old shape")]),
        ([{"parts": "text"}], [Said("message", "text")]),
        ([{"role": "user"}], [Said("user", "null")]),
        ([{"role": "user", "parts": [{"type": "poem", "lines": 2}]}], [Said("user", '{"type":"poem","lines":2}')]),
        (
            [
                {
                    "role": "user",
                    "parts": [{"type": "blob", "modality": "image", "mime_type": "image/png", "content": "="}],
                }
            ],
            [Said("user", "[image image/png]")],
        ),
        ([], []),
    ],
)
def test_any_shape(kept: Any, expected: list[Said]) -> None:
    """Whatever another instrumentation put there is shown in some form."""
    assert said_in({semconv.GEN_AI_INPUT_MESSAGES: kept}) == expected


def test_nothing_said() -> None:
    """A span without content says nothing."""
    assert said_in({semconv.SERVER_ADDRESS: "example.org"}) == []
