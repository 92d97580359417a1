"""p-values of several metrics, so that comparing many does not find a difference somewhere by chance alone."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted by Holm's step-down procedure (1979), in the order given.

    Rejecting those of at most alpha is wrong for any of them at most that often, whatever depends on whatever.
    """
    adjusted = [1.0] * len(p_values)
    reached = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        reached = max(reached, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = reached
    return adjusted
