"""What a store does for a version that is to be taken elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from verspan.traces.model import SpanRecord


@dataclass(frozen=True)
class SpanPlace:
    """A place in the order of a version's spans: by the start and the id of their trace, then by their own id."""

    trace_start_ns: int
    trace_id: bytes
    span_id: bytes


@dataclass(frozen=True)
class SpanPage:
    """Some spans of a version's traces."""

    spans: Sequence[SpanRecord]
    next_place: SpanPlace | None
    """The place of the last of them, to be given to the next query; None on the last page."""


class SpanPages(Protocol):
    """The spans of a version's traces. It is safe to use from many threads and processes, as the store is."""

    def count(self, model_id: str) -> int:
        """How many spans the version's traces have.

        Raises:
            StoreError: the store cannot be read.
        """
        ...

    def page(self, model_id: str, after: SpanPlace | None = None, limit: int = 512) -> SpanPage:
        """Whole spans of the traces that belong to a version, those of other versions in these traces included.

        What is kept between two queries is on one of the pages or on none; what was there before is on one.

        Args:
            model_id: the version.
            after: where the page before ended; None for the first.
            limit: how many spans at the most.

        Raises:
            StoreError: the store cannot be read.
        """
        ...
