"""The spans that wait in memory while their folder takes none, bounded in number and in bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from verspan.spool.origins import Origins
from verspan.spool.packing import unpack_span
from verspan.spool.reading import Extent, Taken

MAX_SPANS = 20_000
"""At 300 spans a second, a destination that is away for a minute costs nothing."""
MAX_BYTES = 64 * 2**20
"""A history that an agent resends makes a span large, so the number alone would not bound the memory."""


class _Held(NamedTuple):
    """A span as it would be written, with the number of its origin."""

    payload: bytes
    origin: int


class MemoryQueue:
    """A first-in, first-out queue that any thread adds to and one thread takes from."""

    def __init__(self, origins: Origins, max_spans: int = MAX_SPANS, max_bytes: int = MAX_BYTES) -> None:
        self.max_spans = max_spans
        self.max_bytes = max_bytes
        self.refused = 0
        """How many spans there was no room for."""
        self._origins = origins
        self._held: deque[_Held] = deque()
        self._size = 0
        # Reentrant, because the garbage collector may run in the middle of `add` and end another span.
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._held)

    def add(self, payload: bytes, origin: int) -> None:
        """Hold a span with the number of its origin; where there is no room, it is counted as refused."""
        with self._lock:
            if not self._has_room(len(payload)):
                self.refused += 1
                return
            self._size += len(payload)
            self._held.append(_Held(payload, origin))

    def spill(self, write: Callable[[bytes, int], None]) -> None:
        """Write everything elsewhere, oldest first; what the writer raises ends it, and what is left stays."""
        for held in self._snapshot():
            write(*held)
            self._discard()

    def give_up(self) -> int:
        """Let go of everything, at the end of the process; gives how many spans that were."""
        with self._lock:
            spans = len(self._held)
            self._held.clear()
            self._size = 0
        return spans

    def extent(self) -> Extent:
        """How many spans there are now."""
        return Extent(len(self._held), is_sealed=False)

    def oldest(self, extent: Extent) -> Iterator[Taken]:
        """The spans that have waited longest; they stay until :meth:`settle`."""
        for end, (payload, _) in enumerate(self._snapshot()[: extent.end], start=1):
            yield Taken(unpack_span(payload, self._origins.known), len(payload), end)

    def settle(self, taken: Sequence[Taken]) -> None:
        """Let go of the spans that have waited longest."""
        for _ in taken:
            self._discard()

    def _snapshot(self) -> list[_Held]:
        with self._lock:
            return list(self._held)

    def _discard(self) -> None:
        with self._lock:
            if self._held:  # else they have been given up meanwhile
                self._size -= len(self._held.popleft().payload)

    def _has_room(self, size: int) -> bool:
        # A single span larger than the bound is taken where nothing else waits.
        return not self._held or (len(self._held) < self.max_spans and self._size + size <= self.max_bytes)
