"""Delivering by hand what dead processes left for a destination."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path

from verspan.errors import MissingPackageError
from verspan.settings import Settings
from verspan.spool.appending import Appender
from verspan.spool.bounds import Bounds
from verspan.spool.counters import DropReason
from verspan.spool.delivery import ENTRY_POINT_GROUP, Delivery, DeliveryBuilder, Destination
from verspan.spool.draining import Drain
from verspan.spool.metrics import SpoolMetrics
from verspan.spool.survey import survey_one
from verspan.spool.tally import Tally


@dataclass(frozen=True)
class Emptied:
    """What came of it."""

    delivered: int
    waiting: int
    """Spans that dead processes left and that are still there."""
    refused: int
    trouble: str
    """Why the destination did not take them; empty where it did."""


def delivery_to(destination: Destination, settings: Settings) -> Callable[[], Delivery]:
    """What makes a delivery to a destination that some process wrote for.

    Raises:
        MissingPackageError: no installed package delivers for its exporter.
    """
    for found in entry_points(group=ENTRY_POINT_GROUP, name=destination.exporter):
        builder: DeliveryBuilder = found.load()
        return partial(builder, destination, settings)
    raise MissingPackageError(
        f"the exporter {destination.exporter!r} is not installed: pip install 'verspan[{destination.exporter}]'"
    )


def empty(
    folder: Path,
    destination: Destination,
    make_delivery: Callable[[], Delivery],
    *,
    patience_s: float,
    tell: Callable[[int], None],
) -> Emptied:
    """Deliver what dead processes left, until nothing is left or the destination takes nothing any more.

    Args:
        folder: the destination's folder.
        destination: where to.
        make_delivery: makes what delivers.
        patience_s: for how many seconds to go on trying while the destination takes nothing.
        tell: told how many spans are delivered, whenever that has changed.
    """
    bounds = Bounds()
    tally = Tally(folder, destination, SpoolMetrics())
    appender = Appender(folder, destination, segment_bytes=bounds.segment_bytes, keeps_content=False)
    drain = Drain(folder, appender, make_delivery, tally, bounds)
    deadline = _Patience(patience_s)

    def is_out_of_patience() -> bool:
        tell(tally.delivered_spans)
        return deadline.is_over(tally.delivered_spans)

    try:
        while not drain.deliver_leftovers(is_out_of_patience) and not is_out_of_patience():
            time.sleep(min(drain.backoff.remaining_s(), deadline.left_s()))
    finally:
        drain.release()
    waiting = survey_one(folder, destination).abandoned
    return Emptied(tally.delivered_spans, waiting, tally.dropped[DropReason.REFUSED], drain.trouble)


class _Patience:
    """Time that begins anew whenever something has been delivered."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._delivered = 0
        self._ends = time.monotonic() + seconds

    def is_over(self, delivered: int) -> bool:
        """Whether nothing has been delivered for too long.

        Args:
            delivered: how many spans have been until now.
        """
        if delivered > self._delivered:
            self._delivered, self._ends = delivered, time.monotonic() + self._seconds
        return self.left_s() <= 0

    def left_s(self) -> float:
        """How many seconds are left."""
        return max(0.0, self._ends - time.monotonic())
