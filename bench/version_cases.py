"""The versions that are searched for, and what is asked of them: the same for Verspan and for MLflow."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

VERSIONS = 100_000
REGISTERED = 300
ROUNDS = 15
EXPERIMENT = "bench"
BEGIN_MS = 1_790_000_000_000
SEARCHES = {
    "the newest 100": ("", ""),
    "one by a tag of its own": ("tags.commit = 'c{half}'", ""),
    "100 by the beginning of their names": ("name LIKE 'agent-{hundreds}%'", ""),
    "50 by a parameter and a metric": ("params.prompt = 'p77' AND metrics.quality > 0.5", ""),
    "the best 100 by a metric": ("", "metrics.quality"),
    "the best 100 of a seventh": ("tags.team = 't3'", "metrics.quality"),
}
"""By what is wanted: the filter and what it is ordered by, the largest first."""


@dataclass(frozen=True)
class Version:
    """One version with its parameters, tags and metric."""

    number: int

    @property
    def name(self) -> str:
        """Its name."""
        return f"agent-{self.number:06d}"

    @property
    def params(self) -> dict[str, str]:
        """Its parameters: one of a hundred values, one of a thousand."""
        return {"temperature": str(self.number % 100 / 100), "prompt": f"p{self.number % 1000}"}

    @property
    def tags(self) -> dict[str, str]:
        """Its tags: one of seven values, one that no other has."""
        return {"team": f"t{self.number % 7}", "commit": f"c{self.number}"}

    @property
    def quality(self) -> float:
        """Its metric."""
        return self.number * 7919 % 10007 / 10007

    @property
    def created_ms(self) -> int:
        """When it was made."""
        return BEGIN_MS + self.number


def versions(count: int) -> Iterator[Version]:
    """So many versions."""
    return map(Version, range(count))


def searches(count: int) -> dict[str, tuple[str, str]]:
    """The searches over so many versions."""
    half = count // 2
    places = {"half": half, "hundreds": f"{half:06d}"[:4]}
    return {wanted: (text.format(**places), order) for wanted, (text, order) in SEARCHES.items()}


def processor_ms(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of the processor's milliseconds that an action takes."""
    return statistics.median(_once(action) for _ in range(rounds))


def _once(action: Callable[[], object]) -> float:
    before = time.process_time()
    action()
    return (time.process_time() - before) * 1e3
