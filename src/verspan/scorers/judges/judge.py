"""What judges have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import orjson

from verspan.assessments.model import AssessmentSource, AssessmentSourceType, Feedback
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal, ScorerRecord
from verspan.scorers.identity import version_of
from verspan.scorers.judges.asking import Verdict, completed, completed_later, verdict_on
from verspan.scorers.judges.clients import judge_model
from verspan.scorers.judges.models import Call, JudgeModel
from verspan.scorers.judges.questions import FORM, Question
from verspan.scorers.judges.values import ValueType
from verspan.scorers.model import Answer


@dataclass(frozen=True, kw_only=True)
class AsksModel:
    """What asks a model.

    Raises:
        InvalidArgumentError: no model is named, or one that cannot be asked.
        MissingPackageError: its client is not installed.
    """

    name: str
    """Under which its judgements are kept."""
    model: str | None = None
    """``openai:/gpt-4o-mini``, ``anthropic:/claude-…``; what ``VERSPAN_JUDGE_MODEL`` says where it is None."""
    call: Call | None = None
    """Answers messages with JSON by a schema, instead of a client; `model` then is only what to call it."""
    client: Any = None
    """A client of the provider's, such as ``openai.OpenAI(base_url=…)``, instead of one made as its environment
    says."""
    inference_params: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the client's method: ``temperature``, ``seed``, ``timeout`` and what else it takes."""
    most_characters: int = 60_000
    """Of each text that is judged; the middle of a longer one is left out, which the feedback's metadata say."""

    def __post_init__(self) -> None:
        if self.most_characters < 1:
            raise InvalidArgumentError(f"most_characters is at least 1, not {self.most_characters}")
        _ = self.asked  # what cannot be asked is told where the judge is made, and not once answers have been paid for

    @cached_property
    def asked(self) -> JudgeModel:
        """The model."""
        return judge_model(self.model, self.call, self.client, self.inference_params)

    @property
    def source(self) -> AssessmentSource:
        """It, as feedback names it."""
        return AssessmentSource(AssessmentSourceType.LLM_JUDGE, self.asked.name)

    def version_with(self, system: str) -> str:
        """The version of what asks with this system message: of its class, prompt, model, and settings of it."""
        told = {"model": self.asked.name, "system": system, "characters": self.most_characters, "form": FORM}
        return version_of(type(self), {**told, **self.asked.identity})


@dataclass(frozen=True, kw_only=True)
class Judge(AsksModel, ABC):
    """A :class:`~verspan.scorers.model.Scorer` that asks a model.

    A judgement that fails is a feedback with an error and without a value: the call failed (the exception's class is
    the code), the model declined (``Refusal``), or what it said was twice no judgement (``InvalidJudgement``).
    """

    goal: Goal = Goal.HIGHER
    wants_trace: ClassVar[bool] = False

    @property
    def is_asynchronous(self) -> bool:
        """Whether it is to be waited for: where its client waits, and no thread is needed."""
        return self.asked.is_asynchronous

    @property
    def value_type(self) -> ValueType:
        """What it may find."""
        return ValueType(bool)

    @property
    @abstractmethod
    def instructions(self) -> str:
        """What to judge and how, for the model."""

    @abstractmethod
    def material(self, answer: Answer) -> Mapping[str, Any] | None:
        """What of an answer is judged, by name; None where there is nothing to judge."""

    @cached_property
    def record(self) -> ScorerRecord:
        """It, as a run writes it down."""
        version = self.version_with(self._question({}).system)
        return ScorerRecord(self.name, version, self.goal, self.asked.name)

    def score(self, answer: Answer) -> Sequence[Feedback]:
        """Judge one answer."""
        material = self.material(answer)
        return () if material is None else (completed(self._feedback(material), self.asked),)

    async def score_async(self, answer: Answer) -> Sequence[Feedback]:
        """The same, for whoever waits for it in an event loop."""
        material = self.material(answer)
        return () if material is None else (await completed_later(self._feedback(material), self.asked),)

    async def _feedback(self, material: Mapping[str, Any]) -> Feedback:
        question = self._question(material)
        verdict = await verdict_on(question, self.asked, self.name)
        found = verdict.judgement
        return Feedback(
            name=self.name,
            value=None if found is None else found.value,
            rationale=None if found is None else found.rationale,
            error=verdict.error,
            source=self.source,
            metadata=judging_metadata(self.record.version, question, verdict),
        )

    def _question(self, material: Mapping[str, Any]) -> Question:
        return Question.of(self.instructions, material, self.value_type, self.most_characters)


def judging_metadata(version: str, question: Question, verdict: Verdict) -> dict[str, str]:
    """How a judgement came about: the judge's version, the trace in which it was asked, how often, and what was cut."""
    cut = {"characters_left_out": orjson.dumps(dict(question.cut)).decode()} if question.cut else {}
    return {
        "judge_version": version,
        "judge_trace_id": verdict.trace_id,
        "judge_attempts": str(verdict.attempts),
        **cut,
    }
