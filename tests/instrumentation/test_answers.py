"""What came back, before and while it is read."""

from __future__ import annotations

import json

from verspan.instrumentation.answers import BLOCK_BYTES, Answer
from verspan.instrumentation.calls import Call, ToldFailure
from verspan.instrumentation.content import KIND, TakenCall
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES

from .acme import AcmeAdapter

_MARKS = (b"failed",)


def test_may_tell() -> None:
    """An answer may tell of a failure where it has a mark, whatever pieces it came in, or has told of one."""
    answer = Answer(AcmeAdapter(), capture_content=True)
    answer.add_events(b'data: "fai')
    assert not answer.may_tell(_MARKS)
    answer.add_events(b'led"\n\n')
    assert answer.may_tell(_MARKS)
    read = Answer(AcmeAdapter(), capture_content=True)
    read.reply.failure = ToldFailure("acme_closed")
    assert read.may_tell(_MARKS)


def test_event_longer_than_blocks() -> None:
    """An event that is longer than several blocks is read once it is whole."""
    text = "a" * (5 * BLOCK_BYTES)
    event = b"data: " + json.dumps(text).encode() + b"\n\n"
    answer = Answer(AcmeAdapter(), capture_content=True)
    for start in range(0, len(event), BLOCK_BYTES // 4):
        answer.add_events(event[start : start + BLOCK_BYTES // 4])
    assert answer.read().choice(0).text == [text]


def test_large_answer_is_shaped_at_once() -> None:
    """An answer that is larger than content may be is handed over as what it says, and one that is not as it came."""
    kinds = []
    for size in (10, MAX_CONTENT_BYTES + 1):
        taken = TakenCall(AcmeAdapter(), Call("chat", "acme"), captures=True)
        taken.answer.documents.append(json.dumps({"text": "a" * size, "tokens": 1}).encode())
        kinds.append(taken.packed()[0])
    assert kinds == [KIND, "ready"]
