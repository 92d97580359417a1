"""Two runs row by row: what became of each row from one version to the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from verspan.comparison.comparing import Statistic
from verspan.comparison.model import RowComparison, RowScore, RowVerdict
from verspan.comparison.run_metrics import RowMetric
from verspan.comparison.runs import RunPair
from verspan.comparison.verdicts import gain, is_other
from verspan.evaluation.model import RowResult

_ORDER = list(RowVerdict)


def compared_rows(pair: RunPair, metrics: Sequence[RowMetric]) -> list[RowComparison]:
    """Each row of either run, the worst first: by verdict, then by how far its scores moved.

    Args:
        pair: the runs.
        metrics: what they are compared by, of which rows are judged by their scores alone.
    """
    scores = [each for each in metrics if each.score is not None and each.metric.statistic is not Statistic.QUANTILE]
    rows = [_row(pair, row_id, scores) for row_id in pair.row_ids]
    largest = _largest_moves(rows)
    return sorted(rows, key=lambda row: (_ORDER.index(row.verdict), -_moved(row, largest), row.row_id))


def _row(pair: RunPair, row_id: str, metrics: Sequence[RowMetric]) -> RowComparison:
    before, after = (run.trials.get(row_id, ()) for run in pair.both)
    scores = [
        RowScore(each.metric.name, each.metric.goal, *(run.mean(each.measure, row_id) for run in pair.both))
        for each in metrics
    ]
    inputs = next((result.inputs for result in (*before, *after) if result.inputs), {})
    return RowComparison(row_id, _verdict(before, after, scores), scores, before, after, inputs)


def _verdict(before: Sequence[RowResult], after: Sequence[RowResult], scores: Sequence[RowScore]) -> RowVerdict:
    if not (before and after):
        return RowVerdict.NOT_COMPARABLE
    failed, fails = (fmean(result.failure is not None for result in trials) for trials in (before, after))
    if failed == fails == 1:
        return RowVerdict.NOT_COMPARABLE
    if is_other(failed, fails) and fails > failed:
        return RowVerdict.ERROR
    gains = [gain(score) for score in scores]
    if min(gains, default=0.0) < 0:
        return RowVerdict.REGRESSED
    if max(gains, default=0.0) > 0 or is_other(failed, fails):
        return RowVerdict.IMPROVED
    judged = any(score.baseline is not None and score.candidate is not None for score in scores)
    return RowVerdict.UNCHANGED if judged else RowVerdict.NOT_COMPARABLE


def _largest_moves(rows: Sequence[RowComparison]) -> Mapping[str, float]:
    """The largest move of any row by each metric, beside which moves of different metrics can be compared."""
    found: dict[str, float] = {}
    for score in (score for row in rows for score in row.scores):
        found[score.metric] = max(found.get(score.metric, 0.0), abs(gain(score)))
    return found


def _moved(row: RowComparison, largest: Mapping[str, float]) -> float:
    """The row's largest move in the direction of its verdict, from 0 to 1."""
    sign = 1 if row.verdict is RowVerdict.IMPROVED else -1
    return max((sign * gain(score) / largest[score.metric] for score in row.scores if gain(score)), default=0.0)
