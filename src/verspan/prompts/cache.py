"""Prompts that this process has loaded: versions for good, since they never change, and aliases for a while."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from verspan.prompts.addresses import PromptAddress
from verspan.prompts.model import PromptVersion

_MAX_KEPT: Final = 256


@dataclass(frozen=True)
class _Kept:
    prompt: PromptVersion
    read_at: float


class PromptCache:
    """The prompts that were loaded last, by the store they are from and what they were asked for by.

    Args:
        clock: gives seconds that only ever grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, PromptAddress], _Kept] = {}
        self.renew_lock()

    def renew_lock(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self._lock = threading.Lock()

    def get(self, store: str, address: PromptAddress, max_age: float = float("inf")) -> PromptVersion | None:
        """What was read at an address of a store, unless it is older, in seconds; None where nothing is kept."""
        kept = self._kept.get((store, address))
        if kept is None or self._clock() - kept.read_at >= max_age:
            return None
        return kept.prompt

    def put(self, store: str, address: PromptAddress, prompt: PromptVersion) -> None:
        """Keep what was read now, and let go of what was put first where there is too much."""
        with self._lock:
            self._kept.pop((store, address), None)
            while len(self._kept) >= _MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[store, address] = _Kept(prompt, self._clock())

    def forget(self, name: str) -> None:
        """Let go of everything of a name, which this process has changed something of."""
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if key[1].name != name}


cache = PromptCache()
"""That of this process."""
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=cache.renew_lock)
