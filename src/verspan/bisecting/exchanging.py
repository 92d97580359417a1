"""Whether one of two commits answers the same rows worse, by exchanging what either answered to each row.

A row is easy or hard for both commits, so rows are never exchanged: only answers to the same row are, which could as
well have been the other's if nothing had changed. What varies then is what varies from one trial to the next, so that
a commit that always fails one row of a hundred is told from one that never does, once it has been asked often enough.
With one trial of each it is the sign test of pairs, which for right and wrong is McNemar's exact test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from verspan.comparison.resampling import ARRANGEMENTS
from verspan.comparison.samples import Floats

Trials = Mapping[str, Sequence[float]]
"""By row, what each of its trials scored."""

_CELLS = 2_000_000  # drawn at a time: 16 MB
_SEED = 20_260_102
_TIE = 1e-9  # by which sums of the same numbers in another order may differ, of their size


def p_lower(baseline: Trials, candidate: Trials) -> float:
    """How often chance alone has the candidate's scores as low beside the baseline's on the rows that both have.

    Of scores of 0 and 1 it is the exact conditional test of Mantel and Haenszel ("Statistical aspects of the analysis
    of data from retrospective studies of disease", 1959) with a stratum for each row; of others Fisher's randomisation
    test within rows, by arrangements that are drawn with a fixed seed.

    Args:
        baseline: one commit's scores.
        candidate: the other's; as many trials of a row or not.
    """
    both = [(list(baseline[row]), list(candidate[row])) for row in sorted(baseline.keys() & candidate.keys())]
    varied = [pair for pair in both if len({*pair[0], *pair[1]}) > 1]  # the others tell nothing
    if not varied:
        return 1.0
    if all(value in (0, 1) for pair in varied for values in pair for value in values):
        return _exact(varied)
    return _drawn(varied)


def _exact(rows: Sequence[tuple[list[float], list[float]]]) -> float:
    """The sum of the candidate's ones is one of independent hypergeometric numbers, if nothing has changed."""
    likelihoods = np.ones(1)
    for before, after in rows:
        ones, count = int(sum(before) + sum(after)), len(before) + len(after)
        likelihoods = np.convolve(likelihoods, _hypergeometric(count, ones, len(after)))
    found = int(sum(sum(after) for _, after in rows))
    return float(min(1.0, likelihoods[: found + 1].sum()))


@lru_cache(maxsize=10_000)
def _hypergeometric(count: int, ones: int, drawn: int) -> Floats:
    """How likely each number of ones is among so many drawn of a count."""
    ways = [math.comb(ones, found) * math.comb(count - ones, drawn - found) for found in range(drawn + 1)]
    return np.asarray([each / math.comb(count, drawn) for each in ways], dtype=np.float64)


def _drawn(rows: Sequence[tuple[list[float], list[float]]]) -> float:
    generator = np.random.Generator(np.random.PCG64(_SEED))
    width = max(len(before) + len(after) for before, after in rows)
    found = sum(float(np.mean(after)) for _, after in rows)
    highest = found + _TIE * max(1.0, abs(found))
    lower = 0
    for count in _chunks(len(rows) * width):
        sums: Floats = np.zeros(count)
        for before, after in rows:
            values = np.broadcast_to(np.asarray(before + after, dtype=np.float64), (count, len(before) + len(after)))
            sums += generator.permuted(values, axis=1)[:, : len(after)].mean(axis=1)
        lower += int((sums <= highest).sum())
    return (1 + lower) / (1 + ARRANGEMENTS)


def _chunks(cells: int) -> Iterator[int]:
    """Numbers of arrangements to draw at a time."""
    most = max(1, _CELLS // cells)
    for begun in range(0, ARRANGEMENTS, most):
        yield min(most, ARRANGEMENTS - begun)
