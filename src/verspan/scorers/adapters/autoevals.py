"""Evaluators of autoevals."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from verspan.assessments.model import Feedback
from verspan.evaluation.model import Goal
from verspan.scorers.adapters.adapted import AdaptedScorer, package_of, record_of
from verspan.scorers.adapters.fields import EXPECTED, Fields
from verspan.scorers.model import Answer

_FIELDS: Final = Fields({"output": "outputs", "expected": EXPECTED, "input": "inputs"}, texts=("input",))


def from_autoevals(  # noqa: PLR0913 - by name, each with a default
    evaluator: Any,
    *,
    name: str | None = None,
    goal: Goal | str = Goal.HIGHER,
    fields: Mapping[str, str] | None = None,
    arguments: Mapping[str, Any] | None = None,
    choices: bool = False,
) -> AdaptedScorer:
    """An evaluator of autoevals as a scorer.

    It is given ``output``, the answer as it is; ``expected``, the row's ``expected_response``, without which an
    evaluator that looks at it judges nothing; and ``input``, a single input as text, several as JSON.

    Args:
        evaluator: such as ``autoevals.Levenshtein()`` or ``autoevals.Factuality(client=…)``; a class stands for one
            without options.
        name: under which its scores are kept; its own where it is None.
        goal: which way its scores are better.
        fields: what else it is given, by name: where in the answer it is, such as ``{"context": "outputs.context"}``.
        arguments: what it is given with each answer as it is.
        choices: keep the choice of an evaluator that classifies, a category, rather than the number that it stands for.

    Raises:
        InvalidArgumentError: a place of ``fields`` is none.
        MissingPackageError: autoevals is not installed.
    """
    made = evaluator() if isinstance(evaluator, type) else evaluator
    package = package_of("autoevals")
    metric = _Evaluator(made, _FIELDS.with_given(fields), arguments or {}, choices)
    record = record_of(made, name or made._name(), Goal(goal), getattr(made, "model", None), package)  # noqa: SLF001 - the only name it has
    return AdaptedScorer(metric, record, package)


@dataclass(frozen=True)
class _Evaluator:
    evaluator: Any
    fields: Fields
    constant: Mapping[str, Any] = field(default_factory=dict)
    choices: bool = False

    @property
    def is_asynchronous(self) -> bool:
        """Whether it was given a client that waits."""
        return bool(getattr(getattr(self.evaluator, "client", None), "is_async", False))

    def arguments(self, answer: Answer) -> Mapping[str, Any] | None:
        needed = ("expected",) if self._looks_at_expected() else ()
        found = self.fields.values(answer, needed)
        return None if found is None else {"output": None, **found, **self.constant}

    def measure(self, arguments: Mapping[str, Any]) -> Feedback | None:
        return self._feedback(self.evaluator.eval(**arguments))

    async def measure_async(self, arguments: Mapping[str, Any]) -> Feedback | None:
        return self._feedback(await self.evaluator.eval_async(**arguments))

    def _looks_at_expected(self) -> bool:
        if "expected" not in inspect.signature(self.evaluator._run_eval_sync).parameters:  # noqa: SLF001 - as above
            return False
        messages = getattr(self.evaluator, "messages", None)
        return messages is None or any("expected" in str(message.get("content")) for message in messages)

    def _feedback(self, score: Any) -> Feedback | None:
        """A score of None is theirs for an answer that there is nothing to judge of."""
        told = score.metadata or {}
        choice = told.get("choice")
        value = choice if self.choices and choice is not None else score.score
        if value is None:
            return None
        rationale = told.get("rationale")
        metadata = {} if choice is None else {"choice": str(choice)}
        return Feedback(value=value, rationale=None if rationale is None else str(rationale), metadata=metadata)
