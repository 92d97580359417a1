"""How long to leave a destination alone that did not take what it was given."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

SHORTEST_S = 0.25
LONGEST_S = 30.0
LONGEST_ASKED_FOR_S = 3600.0
"""A destination that asks for more, by mistake or by a clock that is wrong, is tried again after this."""


class Backoff:
    """Pauses that double with each failure, each shortened at random so that processes do not come back together."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, jitter: Callable[[], float] = random.random
    ) -> None:
        self._clock = clock
        self._jitter = jitter
        self._failures = 0
        self._not_before = 0.0
        self._was_asked = False
        self._is_postponed = False

    @property
    def is_failing(self) -> bool:
        """Whether the last try failed."""
        return self._failures > 0

    @property
    def is_over(self) -> bool:
        """Whether nothing waits to be tried again."""
        return not (self.is_failing or self._is_postponed)

    @property
    def is_asked_for(self) -> bool:
        """Whether the destination itself asked for the pause that is under way."""
        return self._was_asked and self.remaining_s() > 0

    def remaining_s(self) -> float:
        """How many seconds of the pause are left."""
        return max(0.0, self._not_before - self._clock())

    def succeeded(self) -> None:
        """Pause no more."""
        self._failures, self._not_before, self._was_asked, self._is_postponed = 0, 0.0, False, False

    def postponed(self, seconds: float) -> None:
        """Begin a pause of so many seconds although nothing failed."""
        self._not_before, self._was_asked, self._is_postponed = self._clock() + seconds, False, True

    def failed(self, retry_after_s: float | None = None) -> None:
        """Begin a pause: between half of the doubled one and all of it, or as long as the destination asked for."""
        pause = min(SHORTEST_S * 2**self._failures, LONGEST_S) * (0.5 + self._jitter() / 2)
        if retry_after_s is not None:
            pause = max(pause, min(retry_after_s, LONGEST_ASKED_FOR_S))
        self._failures = min(self._failures + 1, 30)
        self._not_before, self._was_asked = self._clock() + pause, retry_after_s is not None
