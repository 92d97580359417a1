"""What a destination has to provide so that spans can be delivered to it, and what came of a try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from verspan.spool.spans import SpooledSpan

if TYPE_CHECKING:
    from verspan.settings import Settings

ENTRY_POINT_GROUP = "verspan_delivery"
"""Exporter packages register a :class:`DeliveryBuilder` here under the exporter's name."""


@dataclass(frozen=True)
class Destination:
    """Where the spans of a spool go; each has a folder of its own."""

    exporter: str
    """The exporter's name, as ``VERSPAN_EXPORTERS`` has it: ``local``, ``otlp``."""
    address: str
    """A path or an address without credentials: what people read, and what tells two destinations apart."""


@dataclass(frozen=True)
class Outcome:
    """What came of giving a batch to its destination."""

    delivered: bool
    """Whether the destination has the batch; where it has not, the whole batch is given again later."""
    retry_after_s: float | None = None
    """How many seconds the destination asked to be left alone, where it did."""
    refused: int = 0
    """Spans of a delivered batch that the destination will never take: they count as dropped, the rest as delivered."""
    sampled_out: int = 0
    """Spans of a delivered batch that were left out on purpose: they count neither as delivered nor as lost."""
    reason: str = ""
    """What went wrong and what to look at, as a sentence for the log.

    Empty for a batch that is not delivered where nothing is wrong: it was not tried yet, and is given again after
    `retry_after_s`."""


class Delivery(Protocol):
    """Takes spans to one destination; used by one thread at a time.

    After a fork the child makes a new one and never touches its parent's.
    """

    def deliver(self, spans: Sequence[SpooledSpan], timeout_s: float) -> Outcome:
        """Give a batch to the destination.

        What it raises is taken for an outcome that was not delivered.

        Args:
            spans: the batch, oldest first. After a crash between delivering and taking note of it, some may have been
                delivered before.
            timeout_s: how long it may take, in seconds.
        """
        ...

    def close(self) -> None:
        """Let go of connections; delivering may open them again."""
        ...


class DeliveryBuilder(Protocol):
    """What an entry point of the group names."""

    def __call__(self, destination: Destination, settings: Settings) -> Delivery:
        """A delivery to a destination that some process wrote for, which ``verspan spool drain`` uses.

        Credentials come from the environment of whoever drains, and only where it names the same address.

        Raises:
            VerspanError: this environment cannot deliver there; the message says what to set.
        """
        ...
