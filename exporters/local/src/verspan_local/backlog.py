"""The spans that have ended and are not in the store yet, bounded in number and in bytes."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from opentelemetry.sdk.trace import ReadableSpan

from verspan.instrumentation.handover import Supplement

MAX_SPANS = 20_000
"""At 300 spans a second, a store that is locked for a minute loses nothing."""
MAX_CONTENT_BYTES = 64 * 2**20
"""A history that an agent resends makes a span large, so the number alone would not bound the memory."""


class HeldSpan(NamedTuple):
    """An ended span with what was handed over beside it."""

    span: ReadableSpan
    supplement: Supplement | None
    content_size: int
    """Characters or bytes, whichever the content is made of."""


class Backlog:
    """A first-in, first-out queue that any thread adds to and one thread takes from.

    A span leaves only once it is written, so that a batch whose writing failed is simply taken again.
    """

    def __init__(self, max_spans: int = MAX_SPANS, max_content_bytes: int = MAX_CONTENT_BYTES) -> None:
        self.max_spans = max_spans
        self.max_content_bytes = max_content_bytes
        self.refused = 0
        """How many spans there was no room for."""
        self._held: deque[HeldSpan] = deque()
        self._content_size = 0
        # Reentrant, because the garbage collector may run in the middle of `add` and end an abandoned stream's span.
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._held)

    def add(self, span: ReadableSpan, supplement: Supplement | None) -> bool:
        """Hold a span; False where there is no room, and then it is counted as refused."""
        size = supplement.size if supplement is not None else 0
        with self._lock:
            if not self._has_room(size):
                self.refused += 1
                return False
            self._content_size += size
            self._held.append(HeldSpan(span, supplement, size))
            return True

    def oldest(self, limit: int) -> list[HeldSpan]:
        """The spans that have waited longest; they stay until :meth:`discard`."""
        # By index: iterating a deque while another thread adds to it raises.
        return [self._held[index] for index in range(min(limit, len(self._held)))]

    def discard(self, count: int) -> None:
        """Let go of the spans that have waited longest."""
        with self._lock:
            for _ in range(count):
                self._content_size -= self._held.popleft().content_size

    def _has_room(self, size: int) -> bool:
        # A single span larger than the bound is taken where nothing else waits.
        return not self._held or (
            len(self._held) < self.max_spans and self._content_size + size <= self.max_content_bytes
        )
