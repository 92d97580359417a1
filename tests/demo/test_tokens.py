"""The rule by which tokens are counted."""

from __future__ import annotations

import pytest

from verspan.demo import tokens


@pytest.mark.parametrize("text", ["", "a", "Order A-1042?\n\nNow!", "  indented ", "grüne Tees: 茶 und 🫖"])
def test_split(text: str) -> None:
    """Tokens joined again are the text, whatever it is."""
    assert "".join(tokens.split(text)) == text


def test_pieces() -> None:
    """A token is up to six letters with the space before them, or one other character."""
    assert tokens.split("The delivery, please") == ["The", " delive", "ry", ",", " please"]


def test_prompt() -> None:
    """Each message costs three tokens on top of its text, and the reply three more."""
    assert tokens.count_prompt(["Be brief.", "Hello"], tools="") == 3 + (3 + 3) + (3 + 1)
    assert tokens.count_prompt(["Hello"], tools="[]") == 3 + 2 + (3 + 1)


@pytest.mark.parametrize(("prefix", "expected"), [(1023, 0), (1024, 1024), (1151, 1024), (1152, 1152)])
def test_cached(prefix: int, expected: int) -> None:
    """Nothing shorter than 1024 tokens is cached, and what is comes in steps of 128."""
    assert tokens.cached(prefix) == expected
