"""Which of two answers is better, and which of two versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from opentelemetry.context import attach, detach

from verspan.comparison.installed import check_installed
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import RowResult, ScorerRecord
from verspan.evaluation.spending import Meter, meter_spans
from verspan.scorers.judges.asking import Verdict, completed, verdict_on
from verspan.scorers.judges.judge import AsksModel
from verspan.scorers.judges.preferences import PairwiseComparison, Preference, Preferred, RowPreference
from verspan.scorers.judges.questions import Question
from verspan.scorers.judges.values import ValueType

if TYPE_CHECKING:
    from verspan.evaluation.result import EvaluationResult

_FIRST, _SECOND, _TIE = "first", "second", "tie"
_CHOICE: Final = ValueType(str, (_FIRST, _SECOND, _TIE))
_INSTRUCTIONS = """You judge which of two answers of an application is better.

The texts "first" and "second" are both answers to the text "inputs"; which of them stands first is chance. {criteria} \
Length is no merit of its own. Where neither is better, the value is "tie"."""
_CRITERIA = "Better is what helps more whoever asked: right, complete, to the point and clear."


@dataclass(frozen=True, kw_only=True)
class Pairwise(AsksModel):
    """Which of two answers is better, asked in both orders.

    Models prefer answers by where they stand (Wang et al., "Large Language Models are not Fair Evaluators", 2023; Zheng
    et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", 2023). A verdict that changes with the order is
    therefore a tie, and is counted.

    ::

        found = Pairwise(model="openai:/gpt-4o-mini").compare(result_a, result_b)
        found.win_rate, found.interval
    """

    name: str = "preference"
    criteria: str = _CRITERIA
    """What makes an answer better, in a sentence or more."""

    @property
    def instructions(self) -> str:
        """What to judge and how, for the model."""
        return _INSTRUCTIONS.format(criteria=self.criteria)

    @cached_property
    def record(self) -> ScorerRecord:
        """Which judge it is."""
        version = self.version_with(self._question({}).system)
        return ScorerRecord(self.name, version, model=self.asked.name)

    def prefer(
        self, inputs: Mapping[str, Any], baseline: Any, candidate: Any, expectations: Mapping[str, Any] | None = None
    ) -> Preference:
        """Which of two answers is better; two that are the same are a tie, of which nobody is asked.

        Args:
            inputs: what was asked.
            baseline: an answer.
            candidate: the other one.
            expectations: what is expected, where the judge may know it.
        """
        if baseline == candidate:
            return Preference(Preferred.TIE)
        told = {"inputs": dict(inputs), **({"expectations": dict(expectations)} if expectations else {})}
        forward = self._verdict({**told, _FIRST: baseline, _SECOND: candidate})
        backward = self._verdict({**told, _FIRST: candidate, _SECOND: baseline})
        return _preference(forward, backward)

    def compare(
        self, baseline: EvaluationResult, candidate: EvaluationResult, *, concurrency: int = 8, confidence: float = 0.95
    ) -> PairwiseComparison:
        """Two versions, by their answers to the same rows.

        Args:
            baseline: what came of evaluating one version.
            candidate: of the other, over the same dataset.
            concurrency: how many pairs are judged at a time.
            confidence: of the interval of the win rate.

        Raises:
            InvalidArgumentError: they are of other datasets, or an argument is not usable.
            MissingPackageError: SciPy is not installed.
        """
        check_installed()
        from verspan.scorers.judges.preference_figures import compared

        if not 0 < confidence < 1:
            raise InvalidArgumentError(f"confidence is between 0 and 1, such as 0.95, and not {confidence}")
        if concurrency < 1:
            raise InvalidArgumentError(f"concurrency={concurrency}: at least one pair is judged at a time")
        if baseline.run.dataset_digest != candidate.run.dataset_digest:
            raise InvalidArgumentError(
                f"the runs are over other rows ({baseline.run.dataset_name}@{baseline.run.dataset_digest[:12]} and "
                f"{candidate.run.dataset_name}@{candidate.run.dataset_digest[:12]}): evaluate both over the same"
            )
        pairs = _pairs(baseline, candidate)
        with _metered() as meter:
            found = self._all(pairs, concurrency)
        return compared(self.record, (baseline, candidate), found, confidence, meter.spent)

    def _all(self, pairs: Sequence[tuple[RowResult, RowResult]], concurrency: int) -> list[RowPreference]:
        def judged(pair: tuple[RowResult, RowResult]) -> RowPreference:
            before, after = pair
            preference = self.prefer(before.inputs, before.outputs, after.outputs)
            return RowPreference(before.row_id, before.trial, preference, (before.trace_id, after.trace_id))

        with ThreadPoolExecutor(concurrency, "verspan-pairwise") as pool:
            under_way = [pool.submit(copy_context().run, judged, pair) for pair in pairs]
            return [each.result() for each in under_way]

    def _verdict(self, material: Mapping[str, Any]) -> Verdict:
        return completed(verdict_on(self._question(material), self.asked, self.name), self.asked)

    def _question(self, material: Mapping[str, Any]) -> Question:
        return Question.of(self.instructions, material, _CHOICE, self.most_characters)


def _pairs(baseline: EvaluationResult, candidate: EvaluationResult) -> list[tuple[RowResult, RowResult]]:
    """The answers of both to the same row and trial."""
    theirs = {(row.row_id, row.trial): row for row in candidate.rows if row.failure is None}
    ours = [row for row in baseline.rows if row.failure is None]
    return [(row, theirs[row.row_id, row.trial]) for row in ours if (row.row_id, row.trial) in theirs]


def _preference(forward: Verdict, backward: Verdict) -> Preference:
    """What two verdicts come to: the baseline stood first in one and second in the other."""
    traces = (forward.trace_id, backward.trace_id)
    if forward.judgement is None or backward.judgement is None:
        return Preference(None, error=forward.error or backward.error, judge_trace_ids=traces)
    rationales = (forward.judgement.rationale, backward.judgement.rationale)
    found = forward.judgement.value, backward.judgement.value
    agreed = {(_FIRST, _SECOND): Preferred.BASELINE, (_SECOND, _FIRST): Preferred.CANDIDATE}
    flipped = found in {(_FIRST, _FIRST), (_SECOND, _SECOND)}
    return Preference(
        agreed.get(found, Preferred.TIE), flipped, flipped and found[0] == _FIRST, rationales, judge_trace_ids=traces
    )


@contextmanager
def _metered() -> Iterator[Meter]:
    """Count what is asked within the block."""
    meter_spans()
    meter = Meter({})
    before = attach(meter.context())
    try:
        yield meter
    finally:
        detach(before)
