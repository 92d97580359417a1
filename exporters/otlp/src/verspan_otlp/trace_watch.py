"""What a decision about a trace needs, taken down as its spans end."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import StatusCode

MAX_TRACES = 20_000
"""Traces that are remembered, some 5 MB of them."""


@dataclass
class ObservedTrace:
    """What has ended of a trace in this process."""

    started_ns: int
    """When the earliest of its spans began, in nanoseconds since the epoch."""
    has_error: bool = False
    root_ns: int | None = None
    """How long its local root took, in nanoseconds, the longest where it has several; None while none has ended."""

    def add(self, started_ns: int, ended_ns: int, *, is_local_root: bool, is_error: bool) -> None:
        """Take note of a further span."""
        self.started_ns = min(self.started_ns, started_ns)
        self.has_error = self.has_error or is_error
        if is_local_root:
            self.root_ns = max(self.root_ns or 0, ended_ns - started_ns)


class TraceWatch(SpanProcessor):
    """Remembers of each trace what has ended of it in this process, and since when; of content it keeps nothing.

    Where there are too many, the oldest goes.
    """

    def __init__(self, max_traces: int = MAX_TRACES, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_traces = max_traces
        self._clock = clock
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._traces: dict[int, tuple[ObservedTrace, float]] = {}
        # Reentrant, because the garbage collector may run in the middle of `on_end` and end another span.
        self._lock = threading.RLock()

    def on_end(self, span: ReadableSpan) -> None:
        """Take note of a span that has ended."""
        context, start, end = span.context, span.start_time, span.end_time
        if context is None or start is None or end is None or not context.trace_flags.sampled:
            return
        if self._process != os.getpid():  # forked, while another thread may have held the lock
            self._begin()
        is_root = span.parent is None or span.parent.is_remote
        with self._lock:
            trace = self._trace(context.trace_id, start)
            trace.add(start, end, is_local_root=is_root, is_error=span.status.status_code is StatusCode.ERROR)

    def find(self, trace_id: int) -> tuple[ObservedTrace, float] | None:
        """What is known of a trace, and for how many seconds it has been; None where nothing is."""
        found = self._traces.get(trace_id)
        return (found[0], self._clock() - found[1]) if found is not None else None

    def _trace(self, trace_id: int, started_ns: int) -> ObservedTrace:
        found = self._traces.get(trace_id)
        if found is None:
            if len(self._traces) >= self._max_traces:
                del self._traces[next(iter(self._traces))]
            found = self._traces[trace_id] = ObservedTrace(started_ns), self._clock()
        return found[0]
