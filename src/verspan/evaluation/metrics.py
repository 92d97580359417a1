"""What the scores of a run come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

from verspan.assessments.model import Feedback
from verspan.evaluation.model import Aggregate, RowResult


def aggregates(results: Sequence[RowResult]) -> list[Aggregate]:
    """The metrics of a run, by name.

    Booleans and numbers have a mean; each row weighs the same, however many of its trials have a score. Of categories,
    each has the share of scores that name it. Rows that failed have no scores; scores that failed are counted apart.
    """
    scores: dict[str, list[tuple[str, Feedback]]] = defaultdict(list)
    for result in results:
        for score in result.scores:
            scores[score.name].append((result.row_id, score))
    return [aggregate for name in sorted(scores) for aggregate in _of_score(name, scores[name])]


def _of_score(name: str, scores: Sequence[tuple[str, Feedback]]) -> Iterator[Aggregate]:
    failures = sum(score.error is not None for _, score in scores)
    numbers = [(row, float(score.value)) for row, score in scores if isinstance(score.value, (bool, int, float))]
    words = [(row, score.value) for row, score in scores if isinstance(score.value, str)]
    if numbers or not words:
        yield _mean(f"{name}/mean", numbers, failures)
    for word in sorted({word for _, word in words}):
        yield _mean(f"{name}/{word}", [(row, float(each == word)) for row, each in words], failures)


def _mean(name: str, values: Sequence[tuple[str, float]], failures: int) -> Aggregate:
    rows: Mapping[str, list[float]] = defaultdict(list)
    for row, value in values:
        rows[row].append(value)
    mean = fmean(fmean(each) for each in rows.values()) if rows else None
    return Aggregate(name, mean, len(rows), failures)
