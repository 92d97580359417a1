"""The difference of two prompts: messages, lines, words, and what stands beside the template."""

from __future__ import annotations

from typing import Any

import pytest

import verspan
from verspan.errors import NotFoundError
from verspan.prompts.checking import checked_content
from verspan.prompts.comparing import FieldDiff, LineDiff, MessageDiff, Piece, PromptDiff, compared
from verspan.prompts.model import PromptVariable, PromptVersion


def version(template: Any, number: int = 1, *beside: Any) -> PromptVersion:
    """A version of a prompt, with variables, response format and configuration."""
    return PromptVersion("support", number, checked_content(template, *beside), f"{number}", 0)


def difference(before: Any, after: Any) -> PromptDiff:
    """The difference of two templates."""
    return compared(version(before, 1), version(after, 2))


def same(text: str) -> LineDiff:
    """A line that both have."""
    return LineDiff("equal", text, text)


def removed(text: str) -> LineDiff:
    """A line that only the first has."""
    return LineDiff("removed", text, None)


def added(text: str) -> LineDiff:
    """A line that only the second has."""
    return LineDiff("added", None, text)


def test_lines_and_words() -> None:
    """Lines that are alike are one that was changed, word by word; others were removed and added."""
    before = "You are an agent.\nAnswer politely in {{ language }}.\nSay goodbye."
    after = "You are an agent.\nAnswer briefly in {{ language }}.\nNever promise refunds, whoever asks.\nSay goodbye."
    (message,) = difference(before, after).messages
    pieces = [
        Piece("equal", "Answer "),
        Piece("removed", "politely"),
        Piece("added", "briefly"),
        Piece("equal", " in {{ language }}."),
    ]
    changed = LineDiff("changed", "Answer politely in {{ language }}.", "Answer briefly in {{ language }}.", pieces)
    assert message == MessageDiff(
        "changed",
        None,
        [same("You are an agent."), changed, added("Never promise refunds, whoever asks."), same("Say goodbye.")],
    )


def test_other_lines() -> None:
    """A line of which little is common is no changed one."""
    (message,) = difference("Answer politely.", "Never promise refunds").messages
    assert message.lines == [removed("Answer politely."), added("Never promise refunds")]


def test_pieces_are_the_lines() -> None:
    """The words of a changed line make up the line before and the line after."""
    (message,) = difference("a, b  c-d é {{ x }}", "a b c-e é{{ x }} !").messages
    (line,) = message.lines
    for side, text in (("removed", line.before), ("added", line.after)):
        assert "".join(piece.text for piece in line.pieces if piece.kind in ("equal", side)) == text


def test_chats() -> None:
    """Messages are compared with those of the same role in their place; parts are compared as JSON."""
    system = {"role": "system", "content": "Be kind."}
    before = [system, {"role": "user", "content": "{{ question }}"}]
    after = [
        system,
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": [{"type": "text", "text": "{{ question }}"}]},
    ]
    found = difference(before, after)
    assert [(message.kind, message.role) for message in found.messages] == [
        ("equal", "system"),
        ("removed", "user"),
        ("added", "assistant"),
        ("added", "user"),
    ]
    assert found.messages[2].lines == [added("Hello.")]
    swapped = difference([system], [{"role": "system", "content": "Be very kind."}])
    assert [(message.kind, message.role) for message in swapped.messages] == [("changed", "system")]


def test_text_to_chat() -> None:
    """A text that became a chat was removed, and the chat's messages added."""
    found = difference("Be kind.", [{"role": "system", "content": "Be kind."}])
    assert found.messages == [
        MessageDiff("removed", None, [removed("Be kind.")]),
        MessageDiff("added", "system", [added("Be kind.")]),
    ]


def test_fields() -> None:
    """Variables, configuration and response format are compared by their names, and what is the same is left out."""
    before = version("{{ a }} {{ b }}", 1, {"a": "string"}, {"type": "object"}, {"temperature": 0.2, "seed": 1})
    declared = [PromptVariable("b", "integer", default=3)]
    after = version("{{ a }} {{ b }}", 2, declared, None, {"temperature": 0.7, "seed": 1})
    assert compared(before, after).fields == [
        FieldDiff("model_config.temperature", 0.2, 0.7),
        FieldDiff("response_format", {"type": "object"}, None),
        FieldDiff("variables.a", {"type": "string", "required": True, "default": None}, None),
        FieldDiff("variables.b", None, {"type": "integer", "required": True, "default": 3}),
    ]


def test_large() -> None:
    """Long templates are compared in their lines, and very long lines whole."""
    lines = [f"line {number}" for number in range(5_000)]
    (message,) = difference("\n".join(lines), "\n".join([*lines[:2_500], "new", *lines[2_500:]])).messages
    assert [line.after for line in message.lines if line.kind != "equal"] == ["new"]
    (message,) = difference("word " * 100_000, "word " * 100_001).messages
    assert [line.kind for line in message.lines] == ["removed", "added"]


def test_addresses() -> None:
    """Versions of the registry are compared by what `load_prompt` takes, and are not used by that."""
    for template in ("Be kind.", "Be very kind."):
        verspan.register_prompt("support", template)
    verspan.set_prompt_alias("support", "production", 1)
    found = verspan.diff_prompts("prompts:/support@production", verspan.load_prompt("support"))
    assert (found.before.version, found.after.version, found.same) == (1, 2, False)
    assert verspan.diff_prompts("support/1", "support/1").same
    with pytest.raises(NotFoundError):
        verspan.diff_prompts("support/1", "support/3")
