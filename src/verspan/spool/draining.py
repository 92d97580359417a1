"""One pass over everything that waits for one destination: deliver, clear away, and keep within bounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from verspan.spool.appending import Appender
from verspan.spool.backoff import Backoff
from verspan.spool.bounds import Bounds, too_many, too_old
from verspan.spool.carrying import DELIVERY_TIMEOUT_S, Carrier, Progress
from verspan.spool.counters import DropReason
from verspan.spool.delivery import Delivery
from verspan.spool.leftovers import Leftovers
from verspan.spool.reading import Segment, Source
from verspan.spool.tally import Tally

LOOK_INTERVAL_S = 60
"""Seconds between two looks at what dead processes left, and at how long spans have waited."""


class Drain:
    """Delivers what this process wrote and what it adopts; one thread at a time."""

    def __init__(
        self, folder: Path, appender: Appender, make_delivery: Callable[[], Delivery], tally: Tally, bounds: Bounds
    ) -> None:
        self.backoff = Backoff()
        self._folder = folder
        self._appender = appender
        self._tally = tally
        self._bounds = bounds
        self._leftovers = Leftovers(folder)
        self._carrier = Carrier(make_delivery, tally, self.backoff)
        self._refused_by_memory = 0
        self._look_again_at = 0.0
        self._counted_at = time.monotonic()

    @property
    def trouble(self) -> str:
        """Why the destination did not take what it was given last; empty where it did."""
        return self._carrier.trouble

    def deliver_own(self, deadline: float) -> bool:
        """Deliver what this process has written until now.

        Args:
            deadline: when to stop, by :func:`time.monotonic`.

        Returns:
            Whether all of it is delivered.
        """
        self._appender.mend()
        self._appender.prepare()
        self._say_not_on_disk()
        sources: list[Source] = [*self._appender.segments, self._appender.memory]
        extents = [(source, source.extent()) for source in sources]
        progress = Progress.DELIVERED
        while progress is Progress.DELIVERED and (left := deadline - time.monotonic()) > 0:
            progress = self._carrier.carry_batch(extents, left)
        self._take_stock()
        return progress is Progress.NOTHING_LEFT

    def deliver_leftovers(self, is_interrupted: Callable[[], bool]) -> bool:
        """Adopt and deliver what dead processes left, one batch at least.

        Args:
            is_interrupted: whether something else is waiting to be done.

        Returns:
            Whether nothing is left that could be adopted; who was told so is told the same for a minute.
        """
        if time.monotonic() < self._look_again_at:
            return True
        while self._leftovers.adopt(self._appender.session_name):
            extents = [(segment, segment.extent()) for segment in self._leftovers.segments]
            progress = self._carrier.carry_batch(extents, DELIVERY_TIMEOUT_S)
            self._take_stock()
            if progress is Progress.FAILED or is_interrupted():
                return False
        self._look_again_at = time.monotonic() + LOOK_INTERVAL_S
        return True

    def end(self) -> None:
        """Write no more to this process's files, and remove those of which everything is delivered."""
        self._appender.seal()
        self._take_stock()
        self._appender.end()

    def keep_within_bounds(self) -> None:
        """Let the oldest spans go where there are too many, or where they have waited for too long."""
        self._count_the_time()
        sealed = [segment for segment in self._held() if segment.extent().is_sealed]
        old = too_old(sealed, self._bounds)
        self._drop(old, DropReason.AGE)
        young = [segment for segment in sealed if segment not in old]
        self._drop(list(too_many(self._folder, young, self._bounds)), DropReason.SIZE)
        if too_old(self._appender.segments, self._bounds):
            self._appender.seal()  # so that it can go the next time
        self._tally.metrics.queued(self.waiting())
        self._tally.keep()

    def waiting(self) -> int:
        """How many spans of this process, and of those that it adopted, wait."""
        return sum(segment.waiting() for segment in self._held()) + len(self._appender.memory)

    def release(self) -> None:
        """Let go of the destination, and leave what waits to whoever adopts it."""
        self._leftovers.release()
        self._appender.leave()
        self._tally.keep()
        self._carrier.close()

    def forget(self) -> None:
        """Hold nothing, in a forked child: its parent goes on with it."""
        self._leftovers.forget()

    def _take_stock(self) -> None:
        self._clear_away()
        waiting = self.waiting()
        self._tally.metrics.queued(waiting)
        if self._carrier.trouble:
            self._tally.not_delivered(self._carrier.trouble, waiting)

    def _clear_away(self) -> None:
        finished = []
        for segment in self._held():
            if segment.is_finished():
                finished.append(segment)
            unreadable = segment.take_unreadable()
            if unreadable:
                self._tally.unreadable(segment.path, unreadable)
        self._remove(finished)

    def _drop(self, segments: Sequence[Segment], reason: DropReason) -> None:
        spans = sum(segment.waiting() for segment in segments)
        self._remove(segments)
        if spans:
            self._tally.drop(reason, spans)

    def _remove(self, segments: Sequence[Segment]) -> None:
        for segment in segments:
            segment.remove()
        if segments:
            self._appender.forget_segments(segments)
            self._leftovers.forget_segments(segments)

    def _count_the_time(self) -> None:
        elapsed = int(time.monotonic() - self._counted_at)
        if elapsed >= LOOK_INTERVAL_S:
            self._counted_at += elapsed
            for segment in self._held():
                if segment.waiting():
                    segment.wait_further(elapsed)

    def _say_not_on_disk(self) -> None:
        memory, trouble = self._appender.memory, self._appender.trouble
        if trouble is not None:
            self._tally.not_on_disk(trouble, len(memory))
        news = memory.refused - self._refused_by_memory
        if news:
            self._refused_by_memory += news
            self._tally.drop(DropReason.MEMORY, news)

    def _held(self) -> list[Segment]:
        return [*self._appender.segments, *self._leftovers.segments]
