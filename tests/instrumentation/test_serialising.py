"""Content as JSON, whatever it is and however long."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from verspan.instrumentation.serialising import to_json


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
