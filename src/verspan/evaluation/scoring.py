"""Scoring one answer by all scorers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import replace

from verspan.assessments.model import AssessmentError, AssessmentSource, AssessmentSourceType, Feedback
from verspan.evaluation.calling import in_thread
from verspan.scorers.model import Answer, Scorer


class Scores:
    """What scorers find of one answer; one that raises has found nothing, and its feedback says why."""

    def __init__(self, scorers: Sequence[Scorer], run_id: str, trace_id: str | None) -> None:
        self._scorers = scorers
        self._run_id = run_id
        self._trace_id = trace_id
        self._found: dict[str, Sequence[Feedback]] = {}

    async def score(self, answer: Answer) -> None:
        """Ask the scorers: coroutine functions in this event loop, the others one after the other in a thread."""
        waiting = [scorer for scorer in self._scorers if _is_asynchronous(scorer)]
        blocking = [scorer for scorer in self._scorers if not _is_asynchronous(scorer)]
        asked: list[Awaitable[None]] = [self._wait_for(scorer, answer) for scorer in waiting]
        if blocking:
            asked.append(in_thread(lambda: self._ask_in_turn(blocking, answer)))
        await asyncio.gather(*asked)

    def all(self) -> tuple[Feedback, ...]:
        """What they have found, in the scorers' order."""
        return self._kept(self._found[scorer.name] for scorer in self._scorers)

    def given_up(self, error: Exception) -> tuple[Feedback, ...]:
        """The same where there is no waiting for more: those that have not come to an end have failed."""
        found = dict(self._found)
        return self._kept(found.get(scorer.name, [_failed(scorer, error)]) for scorer in self._scorers)

    def _ask_in_turn(self, scorers: Sequence[Scorer], answer: Answer) -> None:
        for scorer in scorers:
            try:
                self._found[scorer.name] = list(scorer.score(answer))
            except Exception as error:  # noqa: BLE001, PERF203 - whatever it is, it is told of in the scorer's place
                self._found[scorer.name] = [_failed(scorer, error)]

    async def _wait_for(self, scorer: Scorer, answer: Answer) -> None:
        try:
            self._found[scorer.name] = list(await scorer.score_async(answer))
        except Exception as error:  # noqa: BLE001 - likewise
            self._found[scorer.name] = [_failed(scorer, error)]

    def _kept(self, scores: Iterable[Sequence[Feedback]]) -> tuple[Feedback, ...]:
        return tuple(replace(one, run_id=self._run_id, trace_id=self._trace_id) for of_one in scores for one in of_one)


def _is_asynchronous(scorer: Scorer) -> bool:
    """Whether it is to be waited for where it is asked; one that does not say so is asked in a thread."""
    return bool(getattr(scorer, "is_asynchronous", False))


def _failed(scorer: Scorer, error: Exception) -> Feedback:
    told = AssessmentError(type(error).__name__, str(error) or None)
    return Feedback(scorer.name, error=told, source=_source(scorer))


def _source(scorer: Scorer) -> AssessmentSource:
    record = scorer.record
    if record.model is not None:
        return AssessmentSource(AssessmentSourceType.LLM_JUDGE, record.model)
    return AssessmentSource(AssessmentSourceType.CODE, f"{record.name}@{record.version}")
