"""p-values by exchanging what could as well have been the other way round, if there were no difference.

Such a test assumes nothing of how values are distributed, so it holds for few rows, for scores of which most are the
same, and for skewed ones. All arrangements are tried where there are few; else a number of them, drawn with a fixed
seed, so that the same data give the same p-value on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from verspan.comparison.samples import Floats

ARRANGEMENTS = 9_999
"""How many are drawn where there are too many to try all."""
_ALL_UP_TO = 13  # differences: 8,192 arrangements of their signs
_CELLS = 4_000_000  # drawn at a time: 32 MB
_SEED = 20_260_101
_TIE = 1e-9  # by which sums of the same numbers in another order may differ, of their size


def sign_flip_p(differences: Floats) -> float:
    """How often differences with signs of chance have a sum as far from zero (Fisher's randomisation test of pairs).

    Of differences of -1, 0 and 1 it is McNemar's exact test.
    """
    # Sizes alone, in their order: the same draw whatever the order of rows, and whichever of the versions comes first.
    changed = np.sort(abs(differences[differences != 0]))
    if not len(changed):
        return 1.0
    least = abs(differences.sum()) * (1 - _TIE)
    if len(changed) <= _ALL_UP_TO:
        signs = 1 - 2 * ((np.arange(2 ** len(changed))[:, None] >> np.arange(len(changed))) & 1)
        return float((abs(signs @ changed) >= least).mean())
    generator = np.random.Generator(np.random.PCG64(_SEED))
    exceeding = sum(
        int((abs((1 - 2 * generator.integers(0, 2, (rows, len(changed)), dtype=np.int8)) @ changed) >= least).sum())
        for rows in _chunks(len(changed))
    )
    return (1 + exceeding) / (1 + ARRANGEMENTS)


def exchange_p(baseline: tuple[Floats, Floats], candidate: tuple[Floats, Floats]) -> float:
    """How often units dealt to the two versions at random differ in their mean as much, in standard errors.

    In standard errors, since then it holds where the two vary differently, too: Chung and Romano, "Exact and
    asymptotically robust permutation tests" (2013).

    Args:
        baseline: by unit, the sum of its values and how many they are.
        candidate: likewise.
    """
    sums = np.concatenate([baseline[0], candidate[0]])
    sizes = np.concatenate([baseline[1], candidate[1]])
    first = len(baseline[0])
    order = np.arange(len(sums))
    least = float(_errors(sums[None, order], sizes[None, order], first)[0]) * (1 - _TIE)
    generator = np.random.Generator(np.random.PCG64(_SEED))
    exceeding = 0
    for rows in _chunks(len(sums)):
        dealt = generator.permuted(np.broadcast_to(order, (rows, len(order))), axis=1)
        exceeding += int((_errors(sums[dealt], sizes[dealt], first) >= least).sum())
    return (1 + exceeding) / (1 + ARRANGEMENTS)


def _errors(sums: Floats, sizes: Floats, first: int) -> Floats:
    """The difference of the means in standard errors, without its sign, for each row."""
    means, variances = [], []
    for part in (slice(None, first), slice(first, None)):
        total = sizes[:, part].sum(axis=1)
        mean = sums[:, part].sum(axis=1) / total
        units = sizes[:, part].shape[1]
        left = sums[:, part] - mean[:, None] * sizes[:, part]
        means.append(mean)
        variances.append(units / (units - 1) * (left**2).sum(axis=1) / total**2)
    difference = abs(means[1] - means[0])
    error = np.sqrt(variances[0] + variances[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(error > 0, difference / error, np.where(difference > 0, np.inf, 0.0))
    return found


def _chunks(width: int) -> Iterator[int]:
    """Numbers of arrangements to draw at a time."""
    most = max(1, _CELLS // width)
    for begun in range(0, ARRANGEMENTS, most):
        yield min(most, ARRANGEMENTS - begun)
