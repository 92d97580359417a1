"""Scoring one answer by all scorers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from verspan.assessments.model import AssessmentError, AssessmentSource, AssessmentSourceType, Feedback
from verspan.scorers.model import Answer, Scorer


class Scores:
    """What scorers find of one answer; one that raises has found nothing, and its feedback says why."""

    def __init__(self, scorers: Sequence[Scorer], run_id: str, trace_id: str | None) -> None:
        self._scorers = scorers
        self._run_id = run_id
        self._trace_id = trace_id
        self._found: list[Sequence[Feedback]] = []

    def score(self, answer: Answer) -> None:
        """Ask the scorers, one after the other."""
        for scorer in self._scorers:
            self._found.append(_of_one(scorer, answer))

    def all(self) -> tuple[Feedback, ...]:
        """What they have found."""
        return self._kept([feedback for each in self._found for feedback in each])

    def given_up(self, error: Exception) -> tuple[Feedback, ...]:
        """The same where there is no waiting for more: those that have not come to an end have failed."""
        found = list(self._found)
        missing = [_failed(scorer, error) for scorer in self._scorers[len(found) :]]
        return self._kept([*(feedback for each in found for feedback in each), *missing])

    def _kept(self, scores: Sequence[Feedback]) -> tuple[Feedback, ...]:
        return tuple(replace(score, run_id=self._run_id, trace_id=self._trace_id) for score in scores)


def _of_one(scorer: Scorer, answer: Answer) -> Sequence[Feedback]:
    try:
        return list(scorer.score(answer))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of in the scorer's place
        return [_failed(scorer, error)]


def _failed(scorer: Scorer, error: Exception) -> Feedback:
    told = AssessmentError(type(error).__name__, str(error) or None)
    return Feedback(scorer.name, error=told, source=_source(scorer))


def _source(scorer: Scorer) -> AssessmentSource:
    record = scorer.record
    if record.model is not None:
        return AssessmentSource(AssessmentSourceType.LLM_JUDGE, record.model)
    return AssessmentSource(AssessmentSourceType.CODE, f"{record.name}@{record.version}")
