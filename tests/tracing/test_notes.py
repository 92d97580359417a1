"""What is remembered of traces that are under way."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest
from opentelemetry.trace import NonRecordingSpan, SpanContext

from verspan.tracing import notes


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered yet, and what is remembered is forgotten after the test."""
    monkeypatch.setattr(notes, "_notes", notes._Notes())


def noted(trace_id: int) -> Mapping[str, str] | None:
    """What a span of a trace is to carry."""
    return notes.notes_for(NonRecordingSpan(SpanContext(trace_id, 1, is_remote=False)))


def test_forgotten_with_the_trace() -> None:
    """What is noted of a trace is there until it ends."""
    notes.add_notes(1, {"user.id": "u-17"})
    notes.add_notes(1, {"session.id": "s-1"})
    assert noted(1) == {"user.id": "u-17", "session.id": "s-1"}
    assert noted(2) is None
    notes.note_ended_trace(1)
    assert noted(1) is None


def test_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of traces whose end is never seen only so many are remembered, those of which something was said last."""
    monkeypatch.setattr(notes, "_MOST_TRACES", 2)
    for trace_id in (1, 2, 1, 3):
        notes.add_notes(trace_id, {"user.id": str(trace_id)})
    assert [noted(trace_id) for trace_id in (1, 2, 3)] == [{"user.id": "1"}, None, {"user.id": "3"}]


def test_many_threads() -> None:
    """Threads that say something of one trace at the same time lose none of it."""
    start = threading.Barrier(8)

    def say(number: int) -> None:
        start.wait()
        for step in range(50):
            notes.add_notes(1, {f"{number}.{step}": ""})

    threads = [threading.Thread(target=say, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(noted(1) or {}) == 400
