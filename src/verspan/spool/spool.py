"""A process's spool for one destination: written by the application's threads, emptied by one of our own.

``add`` writes a span to disk and, for the first one only, rouses the thread. The thread lets a short delay pass, so
that a batch gathers, and delivers what waits; where the destination does not take it, all stays and the pause grows.
``flush`` puts a request into a queue of its own and cuts the pause short.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace import ReadableSpan

from verspan.background import started_thread
from verspan.instrumentation.handover import Supplement
from verspan.notices import Notices
from verspan.spool.appending import Appender
from verspan.spool.bounds import Bounds
from verspan.spool.counters import DropReason
from verspan.spool.delivery import Delivery, Destination
from verspan.spool.destinations import folder_of
from verspan.spool.draining import LOOK_INTERVAL_S, Drain
from verspan.spool.ending import call_when_process_ends, forget_ending
from verspan.spool.forking import tell_about_forks
from verspan.spool.metrics import SpoolMetrics
from verspan.spool.tally import Tally

_logger = logging.getLogger(__name__)

DELAY_S = 0.25
"""Seconds that spans gather before they are delivered: short enough for whoever looks at once."""
EXIT_TIMEOUT_WHEN_DOWN_S = 2.0
"""Seconds that the end of a process waits, at the most, for a destination that did not take what it was given last."""
_LAST_FLUSHES = 3
"""How often the end of a process flushes, while other threads go on ending spans."""
_PASS_TIMEOUT_S = 600.0
_BOUNDS = Bounds()


class _Flush:
    """A request to deliver what waits now, and what came of it."""

    def __init__(self, timeout_s: float, *, is_last: bool) -> None:
        self.deadline = time.monotonic() + timeout_s
        self.is_last = is_last
        """Whether the process is about to end, so that its files may go too."""
        self.answered = threading.Event()
        self.delivered = False

    def answer(self, *, delivered: bool) -> None:
        """Let go of whoever waits for it."""
        self.delivered = delivered
        self.answered.set()


class Spool:
    """Takes ended spans on any thread and delivers them on its own; survives forks, and flushes at a process's end."""

    def __init__(
        self,
        folder: Path,
        destination: Destination,
        make_delivery: Callable[[], Delivery],
        *,
        keeps_content: bool,
        bounds: Bounds = _BOUNDS,
    ) -> None:
        """Touch nothing yet.

        Args:
            folder: the folder of all destinations; see :func:`verspan.settings.spool_folder`.
            destination: where spans go.
            make_delivery: makes what takes them there, on the spool's own thread, anew in a forked child.
            keeps_content: whether content that may go nowhere but to the local store is kept.
            bounds: how much may wait, and for how long.
        """
        self._folder = folder_of(folder, destination)
        self._destination = destination
        self._make_delivery = make_delivery
        self._bounds = bounds
        self._metrics = SpoolMetrics()
        self._appender = Appender(
            self._folder,
            destination,
            segment_bytes=bounds.segment_bytes,
            keeps_content=keeps_content,
            on_full=self._hurry_up,
        )
        self._stopped = False
        self._begin()
        tell_about_forks(self)

    def _begin(self) -> None:
        """Set up what belongs to one process."""
        self._notices = Notices()
        self._tally = Tally(self._folder, self._destination, self._metrics)
        self._drain = Drain(self._folder, self._appender, self._make_delivery, self._tally, self._bounds)
        self._flushes: deque[_Flush] = deque()
        self._thread: threading.Thread | None = None
        self._roused = False
        self._has_leftovers = False
        self._work = threading.Event()
        self._hurry = threading.Event()
        self._hurried = False
        self._starting = threading.Lock()
        self._delivering = threading.Lock()
        self._ends_at: float | None = None
        """When the end of the process has waited for long enough, by :func:`time.monotonic`."""

    def add(self, span: ReadableSpan, supplement: Supplement | None) -> None:
        """Write an ended span to disk; whatever goes wrong, nothing is raised."""
        if self._stopped:
            self._say_too_late()
            return
        try:
            self._appender.add(span, supplement)
        except Exception as error:  # noqa: BLE001 - the application ends its span, whatever is in it
            self._tally.drop(DropReason.UNUSABLE, 1, f"{span.name!r}: {type(error).__name__}: {error}")
        if not self._roused:
            self._rouse()

    def flush(self, timeout_s: float) -> bool:
        """Try at once to deliver every span added so far.

        Args:
            timeout_s: how long to wait at the most, in seconds.

        Returns:
            Whether they are delivered; where they are not, they go on waiting.
        """
        return self._flush(timeout_s, is_last=False)

    def shutdown(self) -> None:
        """Deliver what waits, say what stays, and end the thread; spans that end later are lost."""
        if self._stopped:
            return
        self._flush_finally()
        self._stopped = True
        forget_ending(self._flush_finally)
        if self._thread is not None:
            self._hurry.set()
            self._work.set()
            self._thread.join(self._exit_time_left_s())
        else:
            self._drain.release()

    # -- the application's threads -------------------------------------------------------------------------------------

    def _rouse(self) -> None:
        # Set first: the garbage collector may end another span in the middle of what follows, and an Event's own lock
        # is not reentrant.
        self._roused = True
        if self._thread is None:
            self._start()
        self._work.set()

    def _hurry_up(self) -> None:
        """Cut the thread's pause short: a flush has come, or there may be more on disk than there should be."""
        if not self._hurried:
            self._hurried = True  # set first, as above
            self._hurry.set()

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            self._thread = started_thread(self._run, "verspan-spool", daemon=True)
            if self._thread is None:  # the interpreter is ending, and a flush delivers by itself
                self._roused = False
                return
        call_when_process_ends(self._flush_finally)

    def _flush(self, timeout_s: float, *, is_last: bool) -> bool:
        if self._stopped or self._appender.is_empty:
            return self._appender.is_empty
        pause = self._drain.backoff
        if pause.is_asked_for and pause.remaining_s() > timeout_s:
            return False
        request = _Flush(timeout_s, is_last=is_last)
        self._flushes.append(request)
        self._rouse()
        self._hurry_up()
        if self._thread is None:
            self._pass()
        return request.answered.wait(timeout_s) and request.delivered

    def _flush_finally(self) -> None:
        flushes = 1
        while self._flush_what_waits() and self._appender.staying() and flushes < _LAST_FLUSHES:
            flushes += 1  # since a span has ended meanwhile
        given_up = self._appender.memory.give_up()
        if given_up:
            self._tally.drop(DropReason.MEMORY, given_up)
        self._tally.say_last_losses()
        self._tally.keep()
        staying = self._appender.staying()
        if staying and self._notices.due("staying"):
            self._tally.staying(staying)

    def _flush_what_waits(self) -> bool:
        longest_s = EXIT_TIMEOUT_WHEN_DOWN_S if self._drain.backoff.is_failing else self._bounds.exit_timeout_s
        return self._flush(min(longest_s, self._exit_time_left_s()), is_last=True)

    def _exit_time_left_s(self) -> float:
        """What is left of the time for the end; it is begun once, though the provider is shut down after us."""
        now = time.monotonic()
        if self._ends_at is None:
            self._ends_at = now + self._bounds.exit_timeout_s
        return max(0.0, self._ends_at - now)

    def _say_too_late(self) -> None:
        if self._notices.due("too late"):
            _logger.warning("Spans that end after their tracer provider was shut down are not kept")

    # -- our thread ----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with suppress_instrumentation():  # what instruments a database or HTTP would make spans of delivering spans
            while not self._stopped:
                self._wait()
                self._pass()
            with self._delivering:
                self._drain.release()

    def _wait(self) -> None:
        is_idle = self._drain.backoff.is_over and not self._has_leftovers
        if is_idle:
            self._work.wait(LOOK_INTERVAL_S)
        # In this order: a span added in between is among those delivered next, and the one after it rouses us again.
        self._work.clear()
        self._roused = False
        self._hurry.wait(DELAY_S if self._drain.backoff.is_over else self._drain.backoff.remaining_s())
        self._hurry.clear()
        self._hurried = False

    def _pass(self) -> None:
        """Deliver what waits now, unless the destination is to be left alone; then see that it is not too much."""
        with self._delivering:
            pause = self._drain.backoff
            may_deliver = not (pause.is_asked_for or (pause.remaining_s() and not self._flushes))
            requests = [self._flushes.popleft() for _ in range(len(self._flushes))] if may_deliver else []
            delivered = False
            try:
                delivered = may_deliver and self._deliver_own(requests)
                self._drain.keep_within_bounds()
            except Exception as error:  # noqa: BLE001 - the thread must live, and what was not delivered waits
                self._say_failed(error)
            for request in requests:
                request.answer(delivered=delivered)
            if delivered:
                self._deliver_leftovers()

    def _deliver_own(self, requests: Sequence[_Flush]) -> bool:
        deadline = max((request.deadline for request in requests), default=time.monotonic() + _PASS_TIMEOUT_S)
        delivered = self._drain.deliver_own(deadline)
        if delivered and any(request.is_last for request in requests):
            self._drain.end()
        return delivered

    def _deliver_leftovers(self) -> None:
        try:
            self._has_leftovers = not self._drain.deliver_leftovers(self._is_wanted)
        except Exception as error:  # noqa: BLE001 - likewise
            self._say_failed(error)

    def _say_failed(self, error: Exception) -> None:
        self._drain.backoff.failed()
        self._tally.not_delivered(repr(error), 0)

    def _is_wanted(self) -> bool:
        return self._roused or bool(self._flushes) or self._stopped

    # -- forks ---------------------------------------------------------------------------------------------------------

    def after_fork_in_child(self) -> None:
        """Begin with nothing: what was written before is its parent's."""
        self._drain.forget()
        self._appender.forget()
        self._begin()
