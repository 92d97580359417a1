"""What can be given as ``redact``."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

from verspan.errors import InvalidArgumentError, MissingPackageError
from verspan.redaction import Redactor, Rule
from verspan.redaction.rules import BUILT_IN_NAMES


def test_everything_that_can_be_given() -> None:
    """Names, patterns, rules and functions are applied in their order."""
    redactor = Redactor(
        [
            "email",
            re.compile(r"ORD-\d+"),
            Rule("ticket", r"T-\d+"),
            Rule("name", "Ann|Bob", lambda found: found[0][0]),
            Rule("shout", r"(\w+)!", r"\1."),
            str.lower,
        ]
    )
    assert redactor.text("Ann ann@example.com: ORD-17 T-4 now!") == "a [email]: [redacted] [ticket] now."


def test_a_name_is_no_template() -> None:
    """The name stands as it is where something was taken out."""
    assert Rule(r"a\1", "x")("x") == r"[a\1]"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("emails", "redact: 'emails' is none of keys, email, phone, card, presidio"),
        (3, "redact: 3 is no function, pattern, verspan.redaction.Rule or name of a rule"),
    ],
)
def test_nothing_that_redacts(spec: Any, message: str) -> None:
    """What cannot redact is an error that names what can."""
    with pytest.raises(InvalidArgumentError) as raised:
        Redactor([spec])
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "the pattern of the rule 'mine' cannot be used: missing ), unterminated subpattern at position 0"),
        (re.compile(b"x"), "the pattern of the rule 'mine' is for bytes; give one for text"),
    ],
)
def test_unusable_pattern(pattern: Any, message: str) -> None:
    """A pattern that cannot be used is an error that names the rule."""
    with pytest.raises(InvalidArgumentError) as raised:
        Rule("mine", pattern)
    assert str(raised.value) == message


def test_presidio_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Presidio is named and not installed, the error has the line that installs it."""
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(MissingPackageError, match=r"pip install presidio-analyzer"):
        Redactor(["presidio"])


def test_names() -> None:
    """The names of the built-in rules, which are part of the interface."""
    assert BUILT_IN_NAMES == ("keys", "email", "phone", "card", "presidio")
