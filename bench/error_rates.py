"""How often comparisons are wrong, and how often they are right: every method by simulation, beside what it promises.

    python -m bench.error_rates [TIMES]

from the root of the repository, with the packages of its tests. The situations are those of
tests/comparison/test_error_rates.py, so many times as often. The seeds are fixed: the figures are the same again.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator

import numpy as np
from tests.comparison.test_error_rates import ALPHA, CASES, POWERS, looked_at, twenty_metrics, two_runs

from verspan.comparison.looks import ONE_LOOK, AnyLooks

TIMES = 10
_SEED = 20_260_101
Wrong = Callable[[np.random.Generator], bool]

WHOLE: dict[str, tuple[int, Wrong]] = {
    "twenty metrics, corrected": (200, twenty_metrics),
    "two runs of one version, every metric": (60, two_runs),
    "twenty looks at growing data": (300, lambda generator: looked_at(generator, AnyLooks())),
    "  the same by a method for one look": (100, lambda generator: looked_at(generator, ONE_LOOK)),
}
"""Whole comparisons without a difference; the last is what happens without a method for many looks."""


def main(arguments: list[str] | None = None) -> None:
    """Simulate and print."""
    times = int(arguments[0]) if arguments else TIMES
    print(f"{'without a difference':52} {'comparisons':>11} {'found':>7} {'± ':>6} {'at most':>8}")
    for name, count, found in false_positives(times):
        print(f"{name:52} {count:11,} {found:7.1%} {_error(found, count):6.1%} {ALPHA:8.1%}")
    print()
    print(f"{'with a difference':52} {'comparisons':>11} {'found':>7} {'± ':>6} {'textbook':>8}")
    for name, (count, draw, textbook) in POWERS.items():
        generator = np.random.default_rng(_SEED)
        found = sum(draw(generator) <= ALPHA for _ in range(count * times)) / (count * times)
        print(f"{name:52} {count * times:11,} {found:7.1%} {_error(found, count * times):6.1%} {textbook:8.1%}")


def false_positives(times: int) -> Iterator[tuple[str, int, float]]:
    """The situation, how many comparisons of it were simulated, and the share of them that found something."""
    for name, (count, draw) in CASES.items():
        generator = np.random.default_rng(_SEED)
        yield name, count * times, sum(draw(generator) <= ALPHA for _ in range(count * times)) / (count * times)
    for name, (count, wrong) in WHOLE.items():
        generator = np.random.default_rng(_SEED)
        yield name, count * times, sum(wrong(generator) for _ in range(count * times)) / (count * times)


def _error(share: float, count: int) -> float:
    """Two standard errors of a simulated share."""
    return 2 * math.sqrt(share * (1 - share) / count)


if __name__ == "__main__":
    main(sys.argv[1:])
