"""What rows of two versions come to: which score moved in which direction, and how many rows there are of a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from verspan.comparison.model import RowComparison, RowScore, RowVerdict
from verspan.evaluation.model import Goal


def counted_verdicts(rows: Sequence[RowComparison]) -> Mapping[RowVerdict, int]:
    """How many rows there are of each verdict, the worst first; verdicts of no row are left out."""
    counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in RowVerdict}
    return {verdict: count for verdict, count in counts.items() if count}


def gain(score: RowScore) -> float:
    """How much better the candidate is by a score, negative where it is worse; 0 where nothing says so."""
    if score.baseline is None or score.candidate is None or score.goal is Goal.NEITHER:
        return 0.0
    if not is_other(score.baseline, score.candidate):
        return 0.0
    difference = score.candidate - score.baseline
    return difference if score.goal is Goal.HIGHER else -difference


def is_other(one: float, other: float) -> bool:
    """Whether two means of trials differ by more than the order in which they were added up."""
    return not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
