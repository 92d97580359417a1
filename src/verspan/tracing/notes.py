"""What is remembered of traces that are under way in this process: session and user, and which ended last."""

from __future__ import annotations

import threading
from collections.abc import Mapping

_MOST_TRACES = 10_000  # traces whose root never ends here must not add up


class _Ended(threading.local):
    trace_id: int | None = None


_notes: dict[int, Mapping[str, str]] = {}
_ended_here = _Ended()
_ended_anywhere: list[int | None] = [None]


def add_notes(trace_id: int, attributes: Mapping[str, str]) -> None:
    """Remember attributes that the trace's later spans are to carry."""
    if trace_id not in _notes and len(_notes) >= _MOST_TRACES:
        _notes.pop(next(iter(_notes)), None)
    _notes[trace_id] = {**_notes.get(trace_id, {}), **attributes}


def notes_of_trace(trace_id: int) -> Mapping[str, str] | None:
    """What the trace's spans are to carry; None for nearly every trace."""
    return _notes.get(trace_id) if _notes else None


def forget_trace(trace_id: int) -> None:
    """Forget a trace whose local root has ended."""
    if _notes:
        _notes.pop(trace_id, None)


def note_ended_trace(trace_id: int) -> None:
    """Remember the trace that ended last, in this process and on this thread."""
    _ended_here.trace_id = trace_id
    _ended_anywhere[0] = trace_id


def last_ended_trace(*, thread_local: bool) -> int | None:
    """The trace that ended last on this thread, or in this process."""
    return _ended_here.trace_id if thread_local else _ended_anywhere[0]
