"""What two runs say by each metric: pairs of the same rows, or samples of either where they have no row in common."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.comparison.comparing import Evidence, Statistic
from verspan.comparison.run_metrics import RowMetric, failed_scores
from verspan.comparison.runs import ComparedRun, RunPair
from verspan.comparison.samples import Pairs, Sample


def run_evidence(pair: RunPair, metrics: Sequence[RowMetric]) -> list[Evidence]:
    """The evidence of each metric.

    A row is one observation, the mean of its trials, since its trials are alike. Rows that both versions have are
    compared with themselves; a row that has no figure under one of them is left out, and counted. Latencies are
    observations of trials, clustered by their row, since quantiles of means are none of latencies.

    Args:
        pair: the runs.
        metrics: what to compare them by.
    """
    return [_evidence(pair, each) for each in metrics]


def _evidence(pair: RunPair, each: RowMetric) -> Evidence:
    rows = _rows(pair, each)
    quantile = each.metric.statistic is Statistic.QUANTILE
    before, after = (
        (_trials if quantile else _means)(run, each, known) for run, known in zip(pair.both, rows, strict=True)
    )
    pairs = Pairs.of(before.values, after.values) if pair.common and not quantile else None
    asked = len(pair.common) or sum(len(run.trials) for run in pair.both)
    left_out = asked - (len(rows[0]) if pair.common else sum(map(len, rows)))
    return Evidence(each.metric, before, after, pairs, _note(pair, each, left_out))


def _rows(pair: RunPair, each: RowMetric) -> list[list[str]]:
    """The rows of either run that have a figure; where they have rows in common, those that have one in both."""
    found = [[row_id for row_id in run.trials if run.values(each.measure, row_id)] for run in pair.both]
    if not pair.common:
        return found
    in_both = set(found[0]).intersection(found[1])
    return [[row_id for row_id in pair.common if row_id in in_both]] * 2


def _means(run: ComparedRun, each: RowMetric, rows: Sequence[str]) -> Sample:
    means = (run.mean(each.measure, row_id) for row_id in rows)
    return Sample.of([mean for mean in means if mean is not None])


def _trials(run: ComparedRun, each: RowMetric, rows: Sequence[str]) -> Sample:
    known = [(value, row_id) for row_id in rows for value in run.values(each.measure, row_id)]
    return Sample.of([value for value, _ in known], [row_id for _, row_id in known])


def _note(pair: RunPair, each: RowMetric, left_out: int) -> str | None:
    told = [f"{left_out} rows are left out, which {each.without}"] if left_out else []
    failed = [0, 0] if each.score is None else [failed_scores(run.results, each.score) for run in pair.both]
    if any(failed):
        told.append(f"{failed[0]} scores of the baseline failed, and {failed[1]} of the candidate")
    return "; ".join(told) or None
