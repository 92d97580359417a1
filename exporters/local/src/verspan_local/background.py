"""The thread that stores spans, so that the application's own threads wait for no disk.

Theory of operation: ``add`` puts a span into the :class:`~verspan_local.backlog.Backlog` and, for the first one only,
rouses the thread. The thread lets a short delay pass, so that a batch gathers, and writes what waits; where the store
cannot take it, everything stays in the backlog and the pause grows. ``flush`` puts a request into a queue of its own
and cuts the pause short. What a later issue spools to disk would stand where the backlog stands.
"""

from __future__ import annotations

import atexit
import contextvars
import logging
import sys
import threading
import time
from collections import deque

from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace import ReadableSpan

from verspan.errors import VerspanError
from verspan.instrumentation.handover import Supplement
from verspan_local.backlog import Backlog
from verspan_local.forking import tell_about_forks
from verspan.notices import Notices
from verspan_local.writing import SpanWriter

_logger = logging.getLogger(__name__)

DELAY_S = 0.25
"""Seconds that spans gather before they are written: short enough for whoever looks at once."""
BATCH_SIZE = 512
_LONGEST_PAUSE_S = 15.0
_EXIT_TIMEOUT_S = 10.0


class _Flush:
    """A request to write what waits now, and what came of it."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.written = False


class BackgroundWriter:
    """Takes ended spans on any thread and stores them on its own; survives forks, and flushes when the process ends."""

    def __init__(self, store_url: str) -> None:
        self._store_url = store_url
        self._stopped = False
        self._begin()
        tell_about_forks(self)

    def _begin(self) -> None:
        """Set up what belongs to one process."""
        self._notices = Notices()
        self._backlog = Backlog()
        self._writer = SpanWriter(self._store_url, self._notices)
        self._flushes: deque[_Flush] = deque()
        self._thread: threading.Thread | None = None
        self._roused = False
        self._work = threading.Event()
        self._hurry = threading.Event()
        self._starting = threading.Lock()
        self._writing = threading.Lock()

    def add(self, span: ReadableSpan, supplement: Supplement | None) -> None:
        """Hold an ended span for the thread; costs a few microseconds and never blocks on anything but memory."""
        if self._stopped:
            self._say_too_late()
        elif self._backlog.add(span, supplement) and not self._roused:
            self._rouse()

    def flush(self, timeout_s: float) -> bool:
        """Try at once to store every span added so far.

        Args:
            timeout_s: how long to wait, in seconds.

        Returns:
            Whether they are stored; where they are not, they go on waiting.
        """
        if self._stopped or not self._backlog:
            return not self._backlog
        request = _Flush()
        self._flushes.append(request)
        self._hurry.set()
        self._rouse()
        if self._thread is None:
            return self._write_waiting()
        return request.done.wait(timeout_s) and request.written

    def shutdown(self, timeout_s: float = _EXIT_TIMEOUT_S) -> None:
        """Store what waits, say what could not be stored, and end the thread; spans that end later are lost."""
        if self._stopped:
            return
        deadline = time.monotonic() + timeout_s
        self._flush_finally(timeout_s)
        self._stopped = True
        atexit.unregister(self._flush_finally)
        if self._thread is not None:
            self._hurry.set()
            self._work.set()
            self._thread.join(max(0.0, deadline - time.monotonic()))

    # -- the application's threads -------------------------------------------------------------------------------------

    def _rouse(self) -> None:
        # Set first: the garbage collector may end another span in the middle of what follows, and an Event's own lock
        # is not reentrant.
        self._roused = True
        if self._thread is None:
            self._start()
        self._work.set()

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="verspan-local", daemon=True)
            try:
                # In an empty context, since instrumentation of threads would keep the caller's span alive in ours.
                contextvars.Context().run(thread.start)
            except RuntimeError:  # no more threads: the interpreter is ending, and a flush writes by itself
                self._roused = False
                return
            self._thread = thread
        self._flush_when_process_ends()

    def _flush_when_process_ends(self) -> None:
        atexit.register(self._flush_finally)
        if "multiprocessing.util" in sys.modules:
            from multiprocessing import parent_process, util

            # Before Python 3.13 a child of multiprocessing ends without atexit, and runs these finalizers instead.
            if parent_process() is not None:
                util.Finalize(None, self._flush_finally, exitpriority=0)

    def _flush_finally(self, timeout_s: float = _EXIT_TIMEOUT_S) -> None:
        self.flush(timeout_s)
        lost = len(self._backlog) + self._backlog.refused + self._writer.lost
        if lost and self._notices.due("lost in all"):
            _logger.warning("%d spans in all were not stored and are lost", lost)

    def _say_too_late(self) -> None:
        if self._notices.due("too late"):
            _logger.warning("Spans that end after their tracer provider was shut down are not stored")

    # -- our thread ----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        failures = 0
        with suppress_instrumentation():  # what instruments SQLAlchemy or sqlite3 would make spans of storing spans
            while not self._stopped:
                self._wait(min(DELAY_S * 2**failures, _LONGEST_PAUSE_S))
                failures = 0 if self._write_waiting() else failures + 1
            with self._writing:
                self._writer.close()

    def _wait(self, pause_s: float) -> None:
        if not self._backlog:
            self._work.wait()
        # In this order: a span added in between is among those written next, and the one after it rouses us again.
        self._work.clear()
        self._roused = False
        self._hurry.wait(pause_s)
        self._hurry.clear()

    def _write_waiting(self) -> bool:
        """Write what waits now; False where the store did not take it."""
        requests = [self._flushes.popleft() for _ in range(len(self._flushes))]
        with self._writing:
            written = self._write_batches(len(self._backlog))
        self._say_refused()
        for request in requests:
            request.written = written
            request.done.set()
        return written

    def _write_batches(self, count: int) -> bool:
        try:
            for start in range(0, count, BATCH_SIZE):
                batch = self._backlog.oldest(min(BATCH_SIZE, count - start))
                self._writer.write(batch)
                self._backlog.discard(len(batch))
        except Exception as error:  # noqa: BLE001 - the thread must live, and what it could not write waits
            self._say_waiting(error)
            return False
        return True

    def _say_waiting(self, error: Exception) -> None:
        if self._notices.due(type(error).__name__):
            _logger.warning(
                "Spans cannot be stored for now: %s (%d wait in memory; what is beyond %d, or waits when the process "
                "ends, is lost)",
                error if isinstance(error, VerspanError) else repr(error),
                len(self._backlog),
                self._backlog.max_spans,
            )

    def _say_refused(self) -> None:
        refused = self._backlog.refused
        if refused and self._notices.due("refused"):
            _logger.warning(
                "%d spans are lost so far: more than %d spans or %d MiB of content were waiting for the store",
                refused,
                self._backlog.max_spans,
                self._backlog.max_content_bytes // 2**20,
            )

    # -- forks ---------------------------------------------------------------------------------------------------------

    def after_fork_in_child(self) -> None:
        """Begin with nothing: the parent writes what waited in it."""
        self._begin()
