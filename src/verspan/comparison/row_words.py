"""A row of two versions in words, short enough for a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from verspan.comparison.model import RowComparison, RowScore
from verspan.comparison.verdicts import is_other
from verspan.evaluation.model import RowResult


def inputs_text(row: RowComparison) -> str:
    """What was asked: the one input alone, else all as JSON."""
    return _text(next(iter(row.inputs.values())) if len(row.inputs) == 1 else dict(row.inputs))


def scores_text(row: RowComparison) -> str:
    """The scores that moved, from the baseline's to the candidate's; where none did, none."""
    moved = [score for score in row.scores if _moved(score)]
    return ", ".join(f"{each.metric} {_number(each.baseline)} → {_number(each.candidate)}" for each in moved)


def answer_text(trials: Sequence[RowResult]) -> str:
    """What was answered, or why nothing was: of several trials those that differ."""
    return " | ".join(dict.fromkeys(_answer(result) for result in trials)) or "-"


def traces_text(trials: Sequence[RowResult]) -> str:
    """The ids of the traces."""
    return " ".join(result.trace_id for result in trials if result.trace_id is not None) or "-"


def _moved(score: RowScore) -> bool:
    if score.baseline is None or score.candidate is None:
        return score.baseline is not score.candidate
    return is_other(score.baseline, score.candidate)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _answer(result: RowResult) -> str:
    if result.failure is not None:
        return f"{result.failure.error_type}: {result.failure.message or ''}".removesuffix(": ")
    return _text(result.outputs)


def _text(value: str | Mapping[str, Any] | Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
