"""Content taken apart into what is kept once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from verspan import semconv
from verspan.store.contents import Splitter
from verspan.store.texts import preview_of, words_of

MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": text}]} for text in ("one", "two")]


@pytest.mark.parametrize(
    "given",
    [
        MESSAGES,
        json.dumps(MESSAGES),
        json.dumps(MESSAGES, separators=(",", ":")),
        json.dumps(MESSAGES, indent=1).encode(),
    ],
)
def test_messages(given: Any) -> None:
    """A list of messages is taken apart into its messages, whether it was given as a list, text or bytes."""
    bodies = Splitter().split(semconv.GEN_AI_INPUT_MESSAGES, given).bodies
    assert [json.loads(body.content) for body in bodies] == MESSAGES


def test_same_message() -> None:
    """A message is the same body in a longer history that was written the same way."""
    short, long = (json.dumps(messages) for messages in (MESSAGES[:1], MESSAGES))
    first, *_ = Splitter().split(semconv.GEN_AI_INPUT_MESSAGES, long).bodies
    assert Splitter().split(semconv.GEN_AI_INPUT_MESSAGES, short).bodies == [first]


def test_other_content() -> None:
    """What is no list of messages is one body, a list among inputs too."""
    assert len(Splitter().split(semconv.VERSPAN_INPUTS, "[1,2]").bodies) == 1
    assert len(Splitter().split(semconv.GEN_AI_INPUT_MESSAGES, '{"a":1}').bodies) == 1


def test_words() -> None:
    """The words of a message are what it says: not its role, nor the types of its parts, nor any key."""
    parts = [{"type": "tool_call", "name": "refund", "arguments": {"order": 4711, "why": ["broken", True]}}, "loose"]
    assert words_of({"role": "assistant", "parts": parts}) == "refund\n4711\nbroken\nloose"


def test_words_of_values() -> None:
    """The words of any other value are its texts and numbers."""
    assert words_of({"type": "refund", "role": 1.5, "none": None, "bytes": b"x"}) == "refund\n1.5"


@pytest.mark.parametrize(
    ("body", "preview"),
    [
        (b'{"role":"user","parts":[{"type":"text","content":"hi"},{"type":"text","content":"you"}]}', "hi\nyou"),
        (b'{"role":"user","parts":[{"type":"tool_call","name":"x"}]}', '[{"type":"tool_call","name":"x"}]'),
        (b'"text"', "text"),
        (b"no JSON", "no JSON"),
        (b'{"a":[1]}', '{"a":[1]}'),
        (b'{"question":"the only argument"}', "the only argument"),
        (b'{"question":"one","order":4711}', '{"question":"one","order":4711}'),
        (b"\xff", "\ufffd"),
    ],
)
def test_previews(body: bytes, preview: str) -> None:
    """The beginning of a body is shown as a person would read it."""
    assert preview_of(body, 200) == preview
    assert preview_of(body, 1) == preview[:1]
