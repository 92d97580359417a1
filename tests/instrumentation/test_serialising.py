"""Content as JSON, whatever it is and however long."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from verspan.instrumentation.serialising import MAX_CONTENT_BYTES, content_cap, cut_text, to_json
from verspan.redaction import Redactor, set_redactor


@pytest.fixture
def cap_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """Gives the cap under variables of OpenTelemetry's."""

    def cap(**variables: str) -> int:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        content_cap.cache_clear()
        return content_cap()

    yield cap
    content_cap.cache_clear()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, None, True, 0.5]}, '{"a":[1,null,true,0.5]}'),
        ("Grüße 🎉", '"Grüße 🎉"'),
        ({1: "a number as key"}, '{"1":"a number as key"}'),
        (datetime(2026, 11, 1, tzinfo=timezone.utc), '"2026-11-01T00:00:00+00:00"'),
        (b"bytes", "\"b'bytes'\""),
        ("\ud800", '"\\ud800"'),
        (2**70, str(2**70)),
        ({"tuple": (1, 2)}, '{"tuple":[1,2]}'),
    ],
)
def test_any_value(value: Any, text: str) -> None:
    """Every value has a JSON form, exact where JSON has one."""
    assert to_json(value).decode() == text


def test_cycle() -> None:
    """A value that contains itself is written down rather than followed for ever."""
    cycle: list[Any] = []
    cycle.append(cycle)
    assert json.loads(to_json(cycle)) == "[[...]]"


def test_cap() -> None:
    """What is too long is cut to the cap, stays valid JSON, keeps its shape and says what is missing."""
    messages = [{"role": "user", "parts": [{"type": "text", "content": "word " * 10_000}]}, {"role": "tool"}]
    text = to_json(messages, max_bytes=4_000)
    cut = json.loads(text)
    assert len(text) <= 4_000
    assert [message["role"] for message in cut] == ["user", "tool"]
    assert cut[0]["parts"][0]["content"].endswith("(48000 more characters)")


def test_cap_of_many_small_values() -> None:
    """What cannot be brought under the cap by cutting texts is replaced by its size."""
    assert to_json(list(range(10_000)), max_bytes=1_000) == b'{"truncated":true,"bytes":48891}'


@pytest.mark.parametrize(
    ("limits", "cap"),
    [
        ({}, MAX_CONTENT_BYTES),
        ({"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "300"}, 300),
        ({"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "300", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": " 200 "}, 200),
        ({"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": str(2**30)}, MAX_CONTENT_BYTES),
        ({"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "many"}, MAX_CONTENT_BYTES),
    ],
)
def test_opentelemetry_limits(cap_of: Callable[..., int], limits: dict[str, str], cap: int) -> None:
    """OpenTelemetry's limits hold for content as well, that of spans before that of everything."""
    assert cap_of(**limits) == cap


def test_content_within_opentelemetry_limits(cap_of: Callable[..., int]) -> None:
    """Content is cut to the limit and stays valid JSON, and so are the texts of an exception."""
    cap_of(OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT="200")
    text = to_json([{"content": "word " * 100}])
    assert (len(text) <= 200, json.loads(text)[0]["content"][:4]) == (True, "word")
    assert cut_text("word " * 100) == "word " * 40
    cap_of(OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT="10")
    assert to_json(["word " * 100]) == b'""'


def test_redacted_before_it_is_cut() -> None:
    """A secret that the cut would leave half of is taken out before."""
    text = f"{'word ' * 12}{'a' * 60}@example.com {'word ' * 100}"
    set_redactor(Redactor(["email"]))
    try:
        cut = json.loads(to_json([text], max_bytes=140))
    finally:
        set_redactor(None)
    assert cut == [f"{'word ' * 12}[email] wo… (498 more characters)"]
