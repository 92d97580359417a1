"""Metrics that the store keeps sums of: reading them reads no span, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from verspan.comparison.model import Interval
from verspan.comparison.rates import wilson
from verspan.evaluation.model import Goal
from verspan.sources.model import Window
from verspan.store.interface import Store
from verspan.traces.model import Figures

CALLS = "calls"
"""Of models: the one sum that is kept by the hour and the environment."""
HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True)
class Kept:
    """A figure of all calls of a version."""

    unit: str
    goal: Goal
    value: Callable[[Figures], float | None]
    successes: Callable[[Figures], int] | None = None
    """For a rate: of how many calls it is so."""

    def interval(self, figures: Figures, confidence: float) -> Interval | None:
        """Where a rate lies; None for other figures, of which the sums do not tell how much they vary."""
        if self.successes is None or not figures.calls:
            return None
        return wilson(self.successes(figures), figures.calls, confidence)


def _per_call(total: float | None, calls: int) -> float | None:
    return total / calls if total is not None and calls else None


OF_CALLS: Mapping[str, Kept] = {
    CALLS: Kept("", Goal.NEITHER, lambda found: float(found.calls)),
    "call error rate": Kept(
        "", Goal.LOWER, lambda found: _per_call(found.errors, found.calls), lambda found: found.errors
    ),
    "call latency p50": Kept("ms", Goal.LOWER, lambda found: found.p50_ms),
    "call latency p95": Kept("ms", Goal.LOWER, lambda found: found.p95_ms),
    "call input tokens": Kept("token", Goal.NEITHER, lambda found: _per_call(found.input_tokens, found.calls)),
    "call output tokens": Kept("token", Goal.NEITHER, lambda found: _per_call(found.output_tokens, found.calls)),
    "call cost": Kept("USD", Goal.LOWER, lambda found: _per_call(found.cost_usd, found.calls)),
}
"""By name: what all calls of a version come to."""


def calls_by_hour(store: Store, model_ids: Sequence[str], window: Window) -> Counter[tuple[str, int]]:
    """How many calls there were, by version and the hour's beginning in nanoseconds since the epoch."""
    found: Counter[tuple[str, int]] = Counter()
    for hour in store.deployments.traffic(
        window.environment,
        None if window.since_ns is None else -(-window.since_ns // HOUR_NS),
        None if window.until_ns is None else window.until_ns // HOUR_NS - 1,
    ):
        if hour.model_id in model_ids:
            found[hour.model_id, hour.hour * HOUR_NS] += hour.calls
    return found
