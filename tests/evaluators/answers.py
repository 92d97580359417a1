"""What there is to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verspan.assessments.model import AssessmentSource, AssessmentSourceType, Feedback
from verspan.evaluation.model import RowResult
from verspan.scorers.model import Answer

RIGHT = Answer({"question": "Capital of France?"}, "Paris", {"expected_response": "Paris"})
WRONG = Answer({"question": "Capital of France?"}, "Parma", {"expected_response": "Paris"})
UNEXPECTED = Answer({"question": "Capital of France?"}, "Paris")
MODEL = AssessmentSource(AssessmentSourceType.LLM_JUDGE, "gpt-4o-mini")
ROWS = [
    {"row_id": "r-1", "inputs": {"question": "Capital of France?"}, "expectations": {"expected_response": "Paris"}},
    {"row_id": "r-2", "inputs": {"question": "Why?"}},
]


def values(found: Sequence[Feedback]) -> list[Any]:
    """What was found."""
    return [feedback.value for feedback in found]


def paris(question: str) -> str:
    """An answer to everything."""
    return "Paris" if question else ""


def told(results: Sequence[RowResult]) -> Mapping[str, tuple[int, int]]:
    """Of each row how many scores it has, and how many calls it took to make them."""
    return {result.row_id: (len(result.scores), result.judging.calls) for result in results}
