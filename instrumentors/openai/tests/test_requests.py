"""Messages and tools of a request in the conventions' shape, in the forms that no recording shows."""

from __future__ import annotations

from typing import Any

import pytest

from verspan.instrumentation.messages import Message
from verspan.instrumentation.openai_json.requests import content_part, read_input, read_message


@pytest.mark.parametrize(
    ("part", "read"),
    [
        (
            {"type": "image_url", "image_url": "https://example.com/a.png"},
            {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"},
        ),
        (
            {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}},
            {"type": "uri", "modality": "video", "uri": "https://example.com/a.mp4"},
        ),
        (
            {"type": "audio_url", "audio_url": {"url": "data:audio/ogg;base64,AAAA"}},
            {"type": "blob", "modality": "audio", "content": "AAAA", "mime_type": "audio/ogg"},
        ),
        (
            {"type": "file", "file": {"file_data": "AAAA"}},
            {"type": "blob", "modality": "document", "content": "AAAA"},
        ),
        ({"type": "refusal", "refusal": "No."}, {"type": "refusal", "content": "No."}),
        ({"type": "of_tomorrow", "depth": 3}, {"type": "of_tomorrow", "depth": 3}),
        ({"type": "text"}, {"type": "text", "content": ""}),
        ({"type": "image_url"}, {"type": "uri", "modality": "image", "uri": ""}),
        ({"type": "input_audio"}, {"type": "blob", "modality": "audio", "content": ""}),
        ({"type": "file"}, {"type": "file", "modality": "document", "file_id": ""}),
    ],
)
def test_part(part: dict[str, Any], read: dict[str, Any]) -> None:
    """A part is read into the conventions' part for it, and one that nobody knows stays what it is."""
    assert content_part(part) == read


def test_assistant_who_spoke() -> None:
    """Speech of an earlier turn is a file that the provider holds."""
    message = {"role": "assistant", "audio": {"id": "audio_1"}}
    assert read_message(message)["parts"] == [{"type": "file", "modality": "audio", "file_id": "audio_1"}]


def test_tool_that_answers_in_parts() -> None:
    """A tool's answer in parts is given as parts."""
    message = {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "clear"}]}
    (part,) = read_message(message)["parts"]
    assert part == {
        "type": "tool_call_response",
        "id": "call_1",
        "response": [{"type": "text", "content": "clear"}],
    }


@pytest.mark.parametrize("message", [None, 3, "Hi", {}, {"role": 1, "content": 2, "tool_calls": {}}])
def test_message_that_is_none(message: Any) -> None:
    """What is no message has no role and no parts, and costs the other messages nothing."""
    nothing: Message = {"role": "", "parts": []}
    assert read_message(message) == nothing


def test_tools() -> None:
    """Tools have their type and name, whichever of the API's forms they come in."""
    function = {"name": "f", "description": "Does f.", "parameters": {"type": "object"}, "strict": True}
    body = {
        "tools": [
            {"type": "function", "function": function},
            {"type": "custom", "custom": {"name": "c"}},
            {"type": "web_search"},
        ],
        "functions": [{"name": "old"}],
    }
    assert read_input(body).tool_definitions == [
        {"type": "function", "name": "f", "description": "Does f.", "parameters": {"type": "object"}},
        {"type": "custom", "name": "c"},
        {"type": "web_search", "name": "web_search"},
        {"type": "function", "name": "old"},
    ]
