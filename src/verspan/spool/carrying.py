"""Batches of waiting spans to their destination."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from verspan.errors import VerspanError
from verspan.spool.backoff import SHORTEST_S, Backoff
from verspan.spool.delivery import Delivery, Outcome
from verspan.spool.reading import Extent, Source, Taken
from verspan.spool.tally import Tally

BATCH_SPANS = 2048
"""What a busy application writes in two seconds; a store takes a quarter less time for each span than of 512."""
BATCH_BYTES = 8 * 2**20
"""In memory at once; whoever has a limit of its own, such as a collector's for a message, divides a batch."""
PROBE_SPANS = 64
"""As many are tried while a destination takes nothing: making a whole batch ready each time slows the application."""
DELIVERY_TIMEOUT_S = 30.0


class Part(NamedTuple):
    """What one source gives to a batch."""

    source: Source
    taken: Sequence[Taken]


class Progress(Enum):
    """What came of a try."""

    DELIVERED = "delivered"
    FAILED = "failed"
    NOTHING_LEFT = "nothing left"


class Carrier:
    """Gives what sources hold to a delivery, a batch at a time; one thread at a time."""

    def __init__(self, make_delivery: Callable[[], Delivery], tally: Tally, backoff: Backoff) -> None:
        self.trouble = ""
        """Why the destination did not take the last batch; empty where it did, or was not asked to."""
        self._make_delivery = make_delivery
        self._delivery: Delivery | None = None
        self._tally = tally
        self._backoff = backoff

    def carry_batch(self, extents: Iterable[tuple[Source, Extent]], timeout_s: float) -> Progress:
        """Deliver the oldest batch.

        Args:
            extents: where to take from, in this order, and how far.
            timeout_s: how long it may take, in seconds.
        """
        batch = gathered(extents, PROBE_SPANS if self._backoff.is_failing else BATCH_SPANS)
        if not batch:
            return Progress.NOTHING_LEFT
        outcome = self._outcome(batch, min(timeout_s, DELIVERY_TIMEOUT_S))
        self.trouble = "" if outcome.delivered else outcome.reason
        if not outcome.delivered:
            self._pause(outcome)
            return Progress.FAILED
        self._backoff.succeeded()
        self._tally.delivered(sum(len(part.taken) for part in batch), outcome)
        for part in batch:
            part.source.settle(part.taken)
        return Progress.DELIVERED

    def _pause(self, outcome: Outcome) -> None:
        if outcome.reason:
            self._backoff.failed(outcome.retry_after_s)
        else:
            self._backoff.postponed(outcome.retry_after_s or SHORTEST_S)

    def close(self) -> None:
        """Let go of the delivery's connections."""
        if self._delivery is not None:
            self._delivery.close()

    def _outcome(self, batch: Sequence[Part], timeout_s: float) -> Outcome:
        spans = [taken.span for part in batch for taken in part.taken]
        self._tally.metrics.exporting(len(spans))
        try:
            if self._delivery is None:
                self._delivery = self._make_delivery()
            return self._delivery.deliver(spans, timeout_s)
        except Exception as error:  # noqa: BLE001 - the thread must live, and what was not delivered waits
            return Outcome(delivered=False, reason=str(error) if isinstance(error, VerspanError) else repr(error))
        finally:
            self._tally.metrics.exporting(-len(spans))


def gathered(extents: Iterable[tuple[Source, Extent]], most: int = BATCH_SPANS) -> list[Part]:
    """The next batch: the oldest spans of the first source, and of those after it as long as there is room.

    Args:
        extents: where to take from, in this order, and how far.
        most: how many spans there is room for.
    """
    batch: list[Part] = []
    spans = size = 0
    for source, extent in extents:
        taken: list[Taken] = []
        for one in source.oldest(extent):
            if spans and (spans == most or size + one.size > BATCH_BYTES):
                return [*batch, Part(source, taken)] if taken else batch
            taken.append(one)
            spans, size = spans + 1, size + one.size
        if taken:
            batch.append(Part(source, taken))
    return batch
