"""What the scorers that come with Verspan have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import orjson

from verspan.assessments.model import Feedback
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal, ScorerRecord
from verspan.scorers.identity import version_of
from verspan.scorers.model import Answer
from verspan.scorers.outcomes import feedback_of
from verspan.traces.model import Trace


@dataclass(frozen=True, kw_only=True)
class BuiltIn(ABC):
    """A :class:`~verspan.scorers.model.Scorer` with options."""

    name: str
    """Under which its scores are kept."""
    goal: Goal = Goal.HIGHER
    wants_trace: ClassVar[bool] = False

    @property
    def record(self) -> ScorerRecord:
        """It, as a run writes it down; its version is of its class's source and its options."""
        options = {field.name: getattr(self, field.name) for field in fields(self)}
        return ScorerRecord(self.name, version_of(type(self), options), self.goal)

    def score(self, answer: Answer) -> Sequence[Feedback]:
        """Judge one answer.

        Raises:
            InvalidArgumentError: the answer, or what is expected of it, is nothing that could be judged.
        """
        return feedback_of(self.judge(answer), self.record)

    async def score_async(self, answer: Answer) -> Sequence[Feedback]:
        """The same."""
        return self.score(answer)

    @abstractmethod
    def judge(self, answer: Answer) -> Feedback | bool | float | str | None:
        """The score, or None where there is nothing to judge."""


@dataclass(frozen=True, kw_only=True)
class OfOutputs(BuiltIn):
    """Looks at what was answered."""

    field: str | None = None
    """The field of the outputs to look at, where they are a mapping; None for all of them."""

    def looked_at(self, answer: Answer) -> Any:
        """The outputs, or their field.

        Raises:
            InvalidArgumentError: they have no such field.
        """
        if self.field is None:
            return answer.outputs
        if not isinstance(answer.outputs, Mapping) or self.field not in answer.outputs:
            raise InvalidArgumentError(f"{self.name}: the outputs have no field {self.field!r}")
        return answer.outputs[self.field]


@dataclass(frozen=True, kw_only=True)
class OfExpectation(OfOutputs):
    """Holds what was answered against what is expected; rows without the expectation are not judged."""

    expectation: str = "expected_response"
    """The expectation's name."""

    def judge(self, answer: Answer) -> Feedback | bool | float | None:
        """The score against the expectation; None where there is none."""
        expected = answer.expectations.get(self.expectation)
        return None if expected is None else self.against(expected, self.looked_at(answer))

    @abstractmethod
    def against(self, expected: Any, output: Any) -> Feedback | bool | float:
        """The score of an output."""


@dataclass(frozen=True, kw_only=True)
class OfTrace(BuiltIn):
    """Looks at how the answer came about."""

    wants_trace: ClassVar[bool] = True

    def trace_of(self, answer: Answer) -> Trace:
        """The answer's trace.

        Raises:
            InvalidArgumentError: it has none.
        """
        if answer.trace is None:
            raise InvalidArgumentError(f"{self.name} reads the trace of an answer, and there is none")
        return answer.trace


def as_text(value: Any) -> str:
    """A text as it is, nothing as an empty one, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def texts_of(value: Any) -> Sequence[str]:
    """The texts of a list, or a text alone as the only one."""
    return [as_text(one) for one in value] if isinstance(value, (list, tuple)) else [as_text(value)]
