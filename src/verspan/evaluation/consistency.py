"""How far the trials of a row agree: an answer that changes from one time to the next is a quality of its own."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import Any, Final

from verspan.datasets.canonical import canonical
from verspan.evaluation.model import Aggregate, RowResult

_Z: Final = 1.959963984540054  # of the normal distribution, for 95 %
_TWO: Final = 2


def consistency(results: Sequence[RowResult]) -> list[Aggregate]:
    """How far trials agree, of rows that have been answered twice at least.

    ``consistency`` is the share of rows that had the same answer each time, as JSON. ``NAME/agreement`` is the share
    of rows whose scores of that name are the same each time, of booleans and categories; ``NAME/deviation`` is, of
    other numbers, the standard deviation within rows: the root of the mean of the rows' sample variances. Shares have
    Wilson's interval, by rows (Wilson 1927). Trials that failed are in none of these; rows that have one are counted
    as failures of ``consistency``.

    Args:
        results: of one run; without a second trial there is nothing to say.
    """
    if all(result.trial == 0 for result in results):
        return []
    answered = [result for result in results if result.failure is None]
    failed = len({result.row_id for result in results if result.failure is not None})
    answers = _by_row([(result.row_id, canonical({"outputs": result.outputs}, "an answer")) for result in answered])
    names = sorted({score.name for result in answered for score in result.scores})
    return [_share("consistency", answers, failed), *(each for name in names for each in _of_scores(name, answered))]


def _of_scores(name: str, answered: Sequence[RowResult]) -> Iterator[Aggregate]:
    scores = [(result.row_id, score) for result in answered for score in result.scores if score.name == name]
    failed = sum(score.error is not None for _, score in scores)
    values = _by_row([(row_id, score.value) for row_id, score in scores if score.value is not None])
    kinds = {type(value) for of_row in values for value in of_row}
    if kinds and kinds <= {bool, str}:
        yield _share(f"{name}/agreement", values, failed)
    elif kinds and kinds <= {bool, int, float}:
        within = [statistics.variance(map(float, of_row)) for of_row in values]
        yield Aggregate(f"{name}/deviation", math.sqrt(statistics.fmean(within)), len(within), failed)


def _by_row(found: Sequence[tuple[str, Any]]) -> list[list[Any]]:
    """What each row has, of those that have two at least."""
    by_row: dict[str, list[Any]] = {}
    for row_id, value in found:
        by_row.setdefault(row_id, []).append(value)
    return [of_row for of_row in by_row.values() if len(of_row) >= _TWO]


def _share(name: str, rows: Sequence[Sequence[Any]], failures: int) -> Aggregate:
    """The share of rows in which all values are the same."""
    if not rows:
        return Aggregate(name, None, 0, failures)
    agreeing = sum(all(value == of_row[0] for value in of_row) for of_row in rows)
    return Aggregate(name, agreeing / len(rows), len(rows), failures, interval=_wilson(agreeing, len(rows)))


def _wilson(successes: int, rows: int) -> tuple[float, float]:
    """Wilson's interval for a share ("Probable Inference", JASA 22, 1927), at 95 %."""
    share, squared = successes / rows, _Z**2
    middle = (share + squared / (2 * rows)) / (1 + squared / rows)
    reach = _Z * math.sqrt(share * (1 - share) / rows + squared / (4 * rows**2)) / (1 + squared / rows)
    return max(0.0, middle - reach), min(1.0, middle + reach)
