"""What is remembered of traces that are under way in this process: session and user, and which ended last."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

from opentelemetry.trace import Span

_MOST_TRACES = 10_000  # traces whose root never ends here must not add up


class _EndedHere(threading.local):
    trace_id: int | None = None


class _Notes:
    """Attributes by trace; whoever reads them needs no lock, since each mapping is replaced and never changed."""

    def __init__(self) -> None:
        self.of_traces: dict[int, Mapping[str, str]] = {}
        self.ended_here = _EndedHere()
        self.ended_anywhere: int | None = None
        self.renew_lock()

    def renew_lock(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self.lock = threading.Lock()

    def add(self, trace_id: int, attributes: Mapping[str, str]) -> None:
        """Put attributes to those of a trace, and let go of the oldest trace where there are too many."""
        with self.lock:
            known = self.of_traces.pop(trace_id, {})
            while len(self.of_traces) >= _MOST_TRACES:
                del self.of_traces[next(iter(self.of_traces))]
            self.of_traces[trace_id] = {**known, **attributes}

    def forget(self, trace_id: int) -> None:
        """Let go of a trace."""
        with self.lock:
            self.of_traces.pop(trace_id, None)


_notes = _Notes()
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_notes.renew_lock)


def add_notes(trace_id: int, attributes: Mapping[str, str]) -> None:
    """Remember attributes that the trace's later spans are to carry."""
    _notes.add(trace_id, attributes)


def notes_for(span: Span) -> Mapping[str, str] | None:
    """What the spans of a span's trace are to carry; None for nearly every trace."""
    return _notes.of_traces.get(span.get_span_context().trace_id) if _notes.of_traces else None


def note_ended_trace(trace_id: int) -> None:
    """Remember the trace that ended last, in this process and on this thread, and forget what was noted of it."""
    _notes.ended_here.trace_id = _notes.ended_anywhere = trace_id
    if trace_id in _notes.of_traces:
        _notes.forget(trace_id)


def last_ended_trace(*, thread_local: bool) -> int | None:
    """The trace that ended last on this thread, or in this process."""
    return _notes.ended_here.trace_id if thread_local else _notes.ended_anywhere
