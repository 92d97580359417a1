"""What a pairwise judge finds: of one pair of answers, and of two versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from verspan.assessments.model import AssessmentError
from verspan.comparison.model import Interval
from verspan.evaluation.model import Spent


class Preferred(str, Enum):
    """Which of two answers is better."""

    BASELINE = "baseline"
    CANDIDATE = "candidate"
    TIE = "tie"


@dataclass(frozen=True)
class Preference:
    """What was found of one pair."""

    preferred: Preferred | None
    """None where asking failed."""
    flipped: bool = False
    """Whether the answer that was shown first, or the one shown second, was preferred both times: a tie, by
    position."""
    first_twice: bool = False
    """Whether that was the first."""
    rationales: Sequence[str] = ()
    """Of both orders: the baseline's answer first, then the candidate's."""
    error: AssessmentError | None = None
    judge_trace_ids: Sequence[str] = ()


@dataclass(frozen=True)
class RowPreference:
    """What was found of a row's answers, one trial of each version."""

    row_id: str
    trial: int
    preference: Preference
    trace_ids: tuple[str | None, str | None]
    """Of the baseline's answer and of the candidate's."""


@dataclass(frozen=True)
class PairwiseComparison:
    """Two versions by a judge's preference, over the rows that both have answered.

    A row with several trials counts once: for the version that more of them prefer, or as a tie.
    """

    name: str
    judge: str
    """The model."""
    judge_version: str
    baseline: str
    candidate: str
    wins: int
    """Rows in which the candidate is preferred."""
    losses: int
    ties: int
    failed: int
    """Rows of which no judgement came about; they are in no figure."""
    unmatched: int
    """Rows that only one of the versions has an answer to, or neither."""
    win_rate: float | None
    """Wins of wins and losses; None where there is neither."""
    interval: Interval | None
    """Of the win rate: Wilson's score interval at :attr:`confidence`."""
    confidence: float
    p_value: float | None
    """Of the exact sign test: how often chance alone gives as uneven a count of wins and losses."""
    flipped: int
    """Pairs whose verdict changed with their order: what the judge goes by there is position."""
    first_preferred: int
    """Of these, those in which the first was preferred both times."""
    pairs: int
    """Pairs that were judged."""
    rows: Sequence[RowPreference]
    """Losses first, then wins, ties and failures."""
    spent: Spent

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def _lines(found: PairwiseComparison) -> list[str]:
    counts = f"{found.wins} won, {found.losses} lost, {found.ties} tied"
    lines = [f"{found.name}: {found.candidate} against {found.baseline}, judged by {found.judge}: {counts}"]
    if found.win_rate is not None and found.interval is not None and found.p_value is not None:
        between = f"{found.interval.low:.1%} to {found.interval.high:.1%}"
        lines.append(f"  win rate {found.win_rate:.1%} ({between} at {found.confidence:.0%}), p = {found.p_value:.3g}")
    if found.flipped:
        first = f"{found.first_preferred} for the one shown first"
        lines.append(f"  position bias: {found.flipped} of {found.pairs} verdicts changed with the order, {first}")
    apart = ((found.failed, "failed"), (found.unmatched, "without an answer of both"))
    told = [f"{count} rows {what}" for count, what in apart if count]
    return [*lines, *([f"  not counted: {', '.join(told)}"] if told else [])]
