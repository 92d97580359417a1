"""Everything that is lost on the way to one destination: counted, said at most once a minute, and kept in a file."""

from __future__ import annotations

import logging
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from verspan.notices import Notices
from verspan.spool.counters import DropReason, add_to_counters, set_trouble
from verspan.spool.delivery import Destination, Outcome
from verspan.spool.metrics import SpoolMetrics

_logger = logging.getLogger(__name__)

_REASONS = {
    DropReason.SIZE: "the spool was full while the destination took nothing",
    DropReason.AGE: "the destination did not take them for too long",
    DropReason.MEMORY: "the folder of the spool took no files, and too many were waiting in memory",
    DropReason.REFUSED: "the destination refused them",
    DropReason.UNUSABLE: "they could not be written down",
}


class Tally:
    """Counts for one destination in this process; any thread may use it."""

    def __init__(self, folder: Path, destination: Destination, metrics: SpoolMetrics) -> None:
        self.metrics = metrics
        self.delivered_spans = 0
        self.dropped: Counter[DropReason] = Counter()
        self._folder = folder
        self._destination = destination
        self._notices = Notices()
        self._said: Counter[DropReason] = Counter()
        self._details: dict[DropReason, str] = {}
        self._kept: Counter[DropReason] = Counter()
        self._trouble = ""
        self._sampled_out = 0
        """How many spans were left out on purpose, as far as the file does not have them yet."""

    def delivered(self, batch: int, outcome: Outcome) -> None:
        """Count what the destination took, what it refused, and what was left out on purpose."""
        taken = batch - outcome.refused - outcome.sampled_out
        self.delivered_spans += taken
        self.metrics.exported(taken, outcome.refused, outcome.sampled_out)
        self._sampled_out += outcome.sampled_out
        self._set_trouble("")
        if outcome.refused:
            self.drop(DropReason.REFUSED, outcome.refused, outcome.reason, is_counted=True)

    def not_delivered(self, reason: str, waiting: int) -> None:
        """Say that the destination took nothing."""
        self._set_trouble(reason)
        if self._notices.due("not delivered"):
            _logger.warning(
                "Spans cannot be delivered to %s for now: %s (%d wait in %s and are tried again)",
                self._destination.address,
                reason,
                waiting,
                self._folder,
            )

    def drop(self, reason: DropReason, spans: int, detail: str = "", *, is_counted: bool = False) -> None:
        """Count spans that will never be delivered.

        Args:
            reason: why.
            spans: how many.
            detail: what the destination, or an error, says of it.
            is_counted: whether the metrics have them already.
        """
        self.dropped[reason] += spans
        if not is_counted:
            self.metrics.dropped(spans)
        self._details[reason] = detail
        if self._notices.due(reason.value):
            self._say_lost(reason)

    def say_last_losses(self) -> None:
        """Say, at the end of a process, what was lost since it was said last."""
        for reason, spans in self.dropped.items():
            if spans != self._said[reason]:
                self._say_lost(reason)

    def not_on_disk(self, error: OSError, waiting: int) -> None:
        """Say that spans are in memory alone."""
        if self._notices.due("not on disk"):
            _logger.warning(
                "Spans are not kept on disk, since the spool %s takes no files: %s. They wait in memory, %d of them "
                "now, and what waits there when the process is killed is lost. Make the folder writable, free some "
                "space, or name another folder in VERSPAN_SPOOL.",
                self._folder,
                error.strerror or error,
                waiting,
            )

    def staying(self, spans: int) -> None:
        """Say, at the end of a process, that spans stay on disk."""
        _logger.warning(
            "%d spans wait in %s for %s. The next process that sends there delivers them, and so does "
            "`verspan spool drain`.",
            spans,
            self._folder,
            self._destination.address,
        )

    def unreadable(self, path: Path, size: int) -> None:
        """Count bytes of a segment that are no spans."""
        with suppress(OSError):
            add_to_counters(self._folder, {}, unreadable_bytes=size)
        if self._notices.due("unreadable"):
            _logger.warning(
                "%d bytes of %s could not be read as spans and were skipped; a copy of them is beside it, in a file "
                "that ends with .corrupt",
                size,
                path,
            )

    def keep(self) -> None:
        """Write what was counted since the last time into the file that people read."""
        news, sampled_out = self.dropped - self._kept, self._sampled_out
        if news or sampled_out:
            with suppress(OSError):
                add_to_counters(self._folder, news, sampled_out=sampled_out)
                self._kept += news
                self._sampled_out -= sampled_out

    def _say_lost(self, reason: DropReason) -> None:
        self._said[reason] = self.dropped[reason]
        detail = self._details[reason]
        _logger.warning(
            "%d spans for %s are lost so far: %s%s",
            self.dropped[reason],
            self._destination.address,
            _REASONS[reason],
            f" ({detail})" if detail else "",
        )

    def _set_trouble(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            with suppress(OSError):
                set_trouble(self._folder, trouble, time.time_ns())
