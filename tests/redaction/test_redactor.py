"""Rules applied to values and JSON."""

from __future__ import annotations

import json
import logging
from enum import Enum
from typing import Any

import pytest

from verspan.redaction import Redactor
from verspan.redaction.redactor import Marked

REDACTOR = Redactor(["keys", "email", "card"])


class Colour(str, Enum):
    RED = "red ann@example.com"


class Anything:
    def __str__(self) -> str:
        return "ann@example.com"


class Unreadable:
    def __str__(self) -> str:
        raise ValueError("ann@example.com")


@pytest.mark.parametrize(
    ("value", "redacted"),
    [
        ("to ann@example.com", "to [email]"),
        (["a", ("ann@example.com", 1)], ["a", ["[email]", 1]]),
        ({"to": {"cc": "ann@example.com"}}, {"to": {"cc": "[email]"}}),
        ({"ann@example.com": 1, "bob@example.com": 2}, {"[email]": 1, "[email] 1": 2}),
        (b"to ann@example.com \xff", b"to [email] \xff"),
        (Colour.RED, "red [email]"),
        (Anything(), "[email]"),
        (Unreadable(), "[redaction failed]"),
        (True, True),
        (1.5, 1.5),
        (None, None),
        (4111111111111111, "[card]"),
    ],
)
def test_values(value: Any, redacted: Any) -> None:
    """Every text in a value is redacted, keys of mappings included, and the value keeps its structure."""
    found = REDACTOR.value(value)
    assert (found, type(found)) == (redacted, type(redacted))


def test_json_in_a_text() -> None:
    """In a text that is JSON the texts are redacted, those that are JSON again included, and it stays JSON."""
    arguments = json.dumps({"to": 'ann@example.com "quoted"', "password": "hunter2"})
    document = json.dumps([{"role": "user", "arguments": arguments}])
    redacted = json.loads(json.loads(REDACTOR.text(document))[0]["arguments"])
    assert redacted == {"to": '[email] "quoted"', "password": "[key]"}


@pytest.mark.parametrize("text", ['{"a": 1.10, "b": [1, 2 ]}', "[not json", "{}", '[NaN, "\\ud800"]', " [1]"])
def test_nothing_to_redact(text: str) -> None:
    """What has nothing to be taken out of it stays as it is, to the last blank."""
    assert REDACTOR.text(text) == text
    assert REDACTOR.json(b'{"a": 1.10}') == b'{"a": 1.10}'


def test_json_documents() -> None:
    """A document of bytes is redacted likewise, a lone surrogate in it notwithstanding; what is no JSON is not kept."""
    assert REDACTOR.json(b'["ann@example.com"]') == b'["[email]"]'
    assert json.loads(REDACTOR.json(b'["ann@example.com", "\\ud800"]')) == ["[email]", "\ud800"]
    assert REDACTOR.json(b"ann@example.com") == b'"[redaction failed]"'


def test_deep_json() -> None:
    """JSON in a text in JSON is redacted however deep, and what is too deep to be looked at is not kept."""
    text = "ann@example.com"
    for _ in range(6):
        text = json.dumps([text])
    assert "ann" not in REDACTOR.text(text)
    assert REDACTOR.text("[" * 5000 + "]" * 5000) == "[redaction failed]"


def test_attributes() -> None:
    """What identifies a version or a model stays, as do numbers and names; everything else is redacted."""
    attributes = {
        "logged_model.name": "for-ann@example.com",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 12,
        "ok": True,
        "url.full": "https://example.com/?api_key=abc",
        "http.request.header.authorization": ("abc",),
        "to": "ann@example.com",
    }
    assert Redactor(["keys", "email"]).attributes(attributes) == {
        **attributes,
        "url.full": "https://example.com/?api_key=[key]",
        "http.request.header.authorization": ["[key]"],
        "to": "[email]",
    }


def test_a_function_that_keeps_nothing() -> None:
    """With a function that replaces every text, messages are still messages, and calls still counted by model."""
    redactor = Redactor([lambda _: "…"])
    messages = [{"role": "user", "parts": [{"type": "text", "content": "Where is my parcel?"}]}]
    assert redactor.value(messages) == [{"role": "user", "parts": [{"type": "text", "content": "…"}]}]
    assert redactor.attributes({"gen_ai.request.model": "gpt-4o-mini", "tokens": 10**12, "a": "b"}) == {
        "gen_ai.request.model": "gpt-4o-mini",
        "tokens": 10**12,
        "a": "…",
    }


def test_a_failing_function(caplog: pytest.LogCaptureFixture) -> None:
    """A function that raises lets nothing through, and the log says so once, without the text."""

    def failing(text: str) -> str:
        raise ValueError(text)

    redactor = Redactor([failing, str.upper])
    assert [redactor.text("ann@example.com"), redactor.value(["b"])] == ["[redaction failed]", ["[redaction failed]"]]
    warning = (
        "Redaction of a text failed (ValueError in test_a_failing_function.<locals>.failing): [redaction failed] "
        "stands in its place. Further failures of this kind are not logged."
    )
    assert caplog.record_tuples == [("verspan.redaction.redactor", logging.WARNING, warning)]


def test_a_function_that_gives_no_text() -> None:
    """A function that gives something that is no text has failed."""
    nothing: Any = lambda _: None  # noqa: E731 - the shortest of those that people write
    assert Redactor([nothing]).text("a") == "[redaction failed]"


def test_marked_texts() -> None:
    """What was redacted for a span is not redacted again when the span leaves, and leaves as a plain text."""
    redactor = Redactor([lambda text: f"<{text}>"])
    on_span = redactor.for_span({"a": "x", "b": ["y"], "c": {"d": "z"}, "e": 1})
    leaving = redactor.attributes(on_span)
    assert on_span == leaving == {"a": "<x>", "b": ["<y>"], "c": {"<d>": "<z>"}, "e": 1}
    assert (type(on_span["a"]), type(leaving["a"])) == (Marked, str)


@pytest.mark.parametrize(
    "piece", ["sk-", "password:", "token=", 'pwd="', "1 ", "4111 ", "a@", "a@a.", "://a:", "[", '{"a":']
)
def test_any_text_at_all(piece: str) -> None:
    """A text may be made to have every rule look again and again: it takes as long as it is long, and no longer."""
    assert Redactor(["keys", "email", "phone", "card"]).text(piece * (50_000 // len(piece)))
