"""The end of a JSON document that is too long to be kept."""

from __future__ import annotations

import json

import pytest

from verspan.instrumentation.answers import Answer
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES
from verspan.instrumentation.tails import TAIL_BYTES, fields_at_end

from .acme import AcmeAdapter


@pytest.mark.parametrize(
    ("tail", "found"),
    [
        ('0.1, 0.2]}], "model": "tea", "usage": {"input_tokens": 3}}', {"model": "tea", "usage": {"input_tokens": 3}}),
        ('AAAA"}],"usage":{"details":{"a":1},"total":2}}\n', {"usage": {"details": {"a": 1}, "total": 2}}),
        ('"usage": 1}, "usage": {"total": 2}}], "usage": {"total": 4}}', {"usage": {"total": 4}}),
        (r'say: \"usage\": 1", "object": "list"}', {"object": "list"}),
        ('AAAA"}]}', None),
        ('"usage": {"total": 2}', None),
        ("", None),
    ],
)
def test_fields(tail: str, found: object) -> None:
    """The last fields are those of the outermost object, whatever stands deeper in it or in its texts."""
    document = fields_at_end(tail.encode())
    assert (None if document is None else json.loads(document)) == found


@pytest.mark.parametrize("piece", [1000, TAIL_BYTES * 3, 10 * MAX_CONTENT_BYTES])
def test_long_answer(piece: int) -> None:
    """Of an answer that is larger than content may be, what is told at its end is read, and no more is kept."""
    body = json.dumps({"image": "a" * (2 * MAX_CONTENT_BYTES), "text": "seen", "tokens": 7}).encode()
    answer = Answer(AcmeAdapter(), capture_content=True)
    for start in range(0, len(body), piece):
        answer.add_body(body[start : start + piece])
    plain = answer.plain
    assert plain is not None
    assert [json.loads(document) for document in plain[0]] == [{"text": "seen", "tokens": 7}]
    usage = answer.read().usage
    assert usage is not None
    assert usage.output_tokens == 7
