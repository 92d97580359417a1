"""When a repeated line is worth logging again: when it first happens, and then at most once a minute.

What goes wrong on the way out of a process goes wrong for every batch, so each line is held back until it says
something new: the total of what was lost meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable

INTERVAL_S = 60.0
"""Seconds between two lines of one kind."""


class Notices:
    """Remembers when each kind of line was last said."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said_at: dict[str, float] = {}

    def due(self, kind: str) -> bool:
        """Whether a line of this kind is to be said now; the caller then says it."""
        now = self._clock()
        said_at = self._said_at.get(kind)
        if said_at is not None and now - said_at < INTERVAL_S:
            return False
        self._said_at[kind] = now
        return True
