"""What preferences over rows come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scipy import stats

from verspan.comparison.rates import wilson
from verspan.evaluation.model import ScorerRecord, Spent
from verspan.scorers.judges.preferences import PairwiseComparison, Preferred, RowPreference

if TYPE_CHECKING:
    from verspan.evaluation.result import EvaluationResult

_ORDER = (Preferred.BASELINE, Preferred.CANDIDATE, Preferred.TIE, None)


def compared(
    judge: ScorerRecord,
    results: tuple[EvaluationResult, EvaluationResult],
    found: Sequence[RowPreference],
    confidence: float,
    spent: Spent,
) -> PairwiseComparison:
    """Two versions by preferences.

    The interval of the win rate is Wilson's (1927); the p-value is that of the exact sign test over the rows that are
    no ties (Dixon and Mood 1946), with which Wilson's interval agrees but for a few tied or rare cases.

    Args:
        judge: who preferred.
        results: of the baseline and of the candidate.
        found: one preference for each row and trial that both have answered.
        confidence: of the interval.
        spent: what asking came to.
    """
    by_row = _by_row(found)
    counts = Counter(by_row.values())
    wins, losses = counts[Preferred.CANDIDATE], counts[Preferred.BASELINE]
    decided = wins + losses
    asked = {row.row_id for result in results for row in result.rows}
    flipped = [each for each in found if each.preference.flipped]
    return PairwiseComparison(
        name=judge.name,
        judge=str(judge.model),
        judge_version=judge.version,
        baseline=_name(results[0]),
        candidate=_name(results[1]),
        wins=wins,
        losses=losses,
        ties=counts[Preferred.TIE],
        failed=counts[None],
        unmatched=len(asked - by_row.keys()),
        win_rate=wins / decided if decided else None,
        interval=wilson(wins, decided, confidence) if decided else None,
        confidence=confidence,
        p_value=float(stats.binomtest(wins, decided).pvalue) if decided else None,
        flipped=len(flipped),
        first_preferred=sum(each.preference.first_twice for each in flipped),
        pairs=sum(each.preference.preferred is not None for each in found),
        rows=sorted(found, key=lambda each: _ORDER.index(each.preference.preferred)),
        spent=spent,
    )


def _by_row(found: Sequence[RowPreference]) -> Mapping[str, Preferred | None]:
    """What is preferred in each row; None where all of its trials failed."""
    votes: dict[str, Counter[Preferred | None]] = {}
    for each in found:
        votes.setdefault(each.row_id, Counter())[each.preference.preferred] += 1
    return {row_id: _together(of_row) for row_id, of_row in votes.items()}


def _together(votes: Counter[Preferred | None]) -> Preferred | None:
    lead = votes[Preferred.CANDIDATE] - votes[Preferred.BASELINE]
    if lead:
        return Preferred.CANDIDATE if lead > 0 else Preferred.BASELINE
    return Preferred.TIE if any(each is not None for each in votes) else None


def _name(result: EvaluationResult) -> str:
    return result.run.model_id or result.run.name
