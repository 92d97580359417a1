"""Time as whoever watches sees it, so that a test need not wait."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time, and waits."""

    def now_ns(self) -> int:
        """Nanoseconds since the epoch."""
        ...

    def wait(self, seconds: float) -> None:
        """Return when so much time has passed."""
        ...


class SystemClock:
    """The computer's."""

    def now_ns(self) -> int:
        """Nanoseconds since the epoch."""
        return time.time_ns()

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)
