"""What the scores of a run come to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verspan.assessments.model import Feedback
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Aggregate, RowResult

_Rows = Sequence[Sequence[float]]


def _mean(rows: _Rows) -> float:
    return statistics.fmean(statistics.fmean(of_row) for of_row in rows)


def _of_all(aggregation: Callable[[Sequence[float]], float]) -> Callable[[_Rows], float]:
    return lambda rows: float(aggregation([value for of_row in rows for value in of_row]))


def _p90(values: Sequence[float]) -> float:
    """The 90th percentile, linear between the two nearest (Hyndman and Fan 1996, type 7, as NumPy has it)."""
    ranked = sorted(values)
    rank = 0.9 * (len(ranked) - 1)
    below, above = ranked[math.floor(rank)], ranked[math.ceil(rank)]
    return below + (above - below) * (rank - math.floor(rank))


_AGGREGATIONS: Mapping[str, Callable[[_Rows], float]] = {
    "mean": _mean,
    "median": _of_all(statistics.median),
    "min": _of_all(min),
    "max": _of_all(max),
    "p90": _of_all(_p90),
}


def aggregated(results: Sequence[RowResult], aggregations: Sequence[str] = ("mean",)) -> Sequence[Aggregate]:
    """What the scores of each name come to, by name.

    Booleans and numbers, true being 1, come to ``NAME/mean`` or what else is asked for; categories to the share of
    each, ``NAME/CATEGORY``, and never to a mean; lists and mappings to nothing. In means and shares each row weighs
    the same, however many of its trials have a score; quantiles and extremes are of all scores. A score that failed
    is in none of these and is counted apart, and so is an answer that has no score of the name. A name that only
    failed has a value of None. Rows without an answer count nowhere here.

    Args:
        results: of one run.
        aggregations: of numbers: ``mean``, ``median``, ``min``, ``max``, ``p90``.

    Raises:
        InvalidArgumentError: there is no such aggregation.
    """
    unknown = [name for name in aggregations if name not in _AGGREGATIONS]
    if unknown:
        raise InvalidArgumentError(f"there is no aggregation {unknown[0]!r}; there are {', '.join(_AGGREGATIONS)}")
    answered = [result for result in results if result.failure is None]
    names = sorted({score.name for result in answered for score in result.scores})
    return [one for name in names for one in _of_name(_Scores.named(name, answered), aggregations)]


@dataclass(frozen=True)
class _Scores:
    """The scores of one name."""

    name: str
    by_row: Mapping[str, Sequence[Any]]
    """The values of each row that has one, one for each trial."""
    failures: int
    skipped: int

    @classmethod
    def named(cls, name: str, answered: Sequence[RowResult]) -> _Scores:
        found = [(result.row_id, score) for result in answered for score in result.scores if score.name == name]
        by_row: dict[str, list[Any]] = {}
        for row_id, score in found:
            if not _failed(score):
                by_row.setdefault(row_id, []).append(score.value)
        failures = sum(_failed(score) for _, score in found)
        skipped = sum(all(score.name != name for score in result.scores) for result in answered)
        return cls(name, by_row, failures, skipped)

    def of_type(self, *types: type) -> Sequence[Sequence[Any]]:
        """The values of these types, of each row that has any."""
        values = ([value for value in of_row if isinstance(value, types)] for of_row in self.by_row.values())
        return [of_row for of_row in values if of_row]

    def of(self, what: str, value: float | None, rows: int) -> Aggregate:
        return Aggregate(f"{self.name}/{what}", value, rows, self.failures, self.skipped)


def _of_name(scores: _Scores, aggregations: Sequence[str]) -> Iterator[Aggregate]:
    numbers = scores.of_type(bool, int, float)
    if numbers or not scores.by_row:
        for name in aggregations:
            yield scores.of(name, _AGGREGATIONS[name](numbers) if numbers else None, len(numbers))
    words = scores.of_type(str)
    for category in sorted({word for of_row in words for word in of_row}):
        share = _mean([[word == category for word in of_row] for of_row in words])
        yield scores.of(category, share, len(words))


def _failed(score: Feedback) -> bool:
    """Whether there is no value; a mean with what is no finite number would be none either."""
    infinite = isinstance(score.value, float) and not math.isfinite(score.value)
    return score.error is not None or score.value is None or infinite
