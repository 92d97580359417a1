"""Metrics of Ragas: those of ``ragas.metrics.collections``, and the older ones of ``ragas.metrics``."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any, Final

from verspan.assessments.model import Feedback
from verspan.evaluation.model import Goal
from verspan.scorers.adapters.adapted import AdaptedScorer, package_of, record_of
from verspan.scorers.adapters.fields import EXPECTED, Fields
from verspan.scorers.model import Answer

_FIELDS: Final = Fields(
    {"user_input": "inputs", "response": "outputs", "reference": EXPECTED},
    texts=("user_input", "response", "reference"),
)


def from_ragas(
    metric: Any,
    *,
    name: str | None = None,
    goal: Goal | str = Goal.HIGHER,
    fields: Mapping[str, str] | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> AdaptedScorer:
    """A metric of Ragas for single turns as a scorer.

    It is given what it takes of ``user_input``, a single input as text, several as JSON; ``response``, the answer as
    text; and ``reference``, the row's ``expected_response``, without which a metric that needs it judges nothing. What
    it says in words is a category. Ragas reports on its use unless ``RAGAS_DO_NOT_TRACK=true`` is set.

    Args:
        metric: such as ``ragas.metrics.collections.BleuScore()`` or ``Faithfulness(llm=…)``, or one of
            ``ragas.metrics``. Its client, where it has one, is one that waits (``AsyncOpenAI``).
        name: under which its scores are kept; its own where it is None.
        goal: which way its scores are better.
        fields: what else it is given, by name: where in the answer it is, such as
            ``{"retrieved_contexts": "outputs.documents"}``.
        arguments: what it is given with each answer as it is, such as ``{"llm": …}`` for a ``DiscreteMetric``.

    Raises:
        InvalidArgumentError: a place of ``fields`` is none.
        MissingPackageError: ragas is not installed.
    """
    package = package_of("ragas")
    constant = arguments or {}
    llm = getattr(metric, "llm", None) or constant.get("llm")
    kind = _SampleMetric if hasattr(metric, "single_turn_ascore") else _CollectionMetric
    adapted = kind(metric, _FIELDS.with_given(fields), constant)
    record = record_of(metric, name or metric.name, Goal(goal), getattr(llm, "model", None), package)
    return AdaptedScorer(adapted, record, package)


@dataclass(frozen=True)
class _CollectionMetric:
    metric: Any
    fields: Fields
    constant: Mapping[str, Any] = field(default_factory=dict)
    is_asynchronous: bool = True

    @cached_property
    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self.metric.ascore).parameters

    @cached_property
    def needed(self) -> Collection[str]:
        """What it does not judge without."""
        kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        return [one.name for one in self._parameters.values() if one.kind in kinds and one.default is one.empty]

    def arguments(self, answer: Answer) -> Mapping[str, Any] | None:
        found = self.fields.values(answer, self.needed)
        return None if found is None else {**self._taken(found), **self.constant}

    def _taken(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        takes_all = any(one.kind is one.VAR_KEYWORD for one in self._parameters.values())
        return found if takes_all else {name: value for name, value in found.items() if name in self._parameters}

    def measure(self, arguments: Mapping[str, Any]) -> Feedback | None:
        return _feedback(self.metric.score(**arguments))

    async def measure_async(self, arguments: Mapping[str, Any]) -> Feedback | None:
        return _feedback(await self.metric.ascore(**arguments))


@dataclass(frozen=True)
class _SampleMetric(_CollectionMetric):
    """One that judges a ``SingleTurnSample``."""

    @cached_property
    def needed(self) -> Collection[str]:
        """What it does not judge without."""
        return [name for name in self.metric.required_columns.get("SINGLE_TURN", ()) if ":" not in name]

    def _taken(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        return found

    def measure(self, arguments: Mapping[str, Any]) -> Feedback | None:
        return _feedback(self.metric.single_turn_score(_sample(arguments)))

    async def measure_async(self, arguments: Mapping[str, Any]) -> Feedback | None:
        return _feedback(await self.metric.single_turn_ascore(_sample(arguments)))


def _sample(arguments: Mapping[str, Any]) -> Any:
    return import_module("ragas.dataset_schema").SingleTurnSample(**arguments)


def _feedback(found: Any) -> Feedback:
    value = getattr(found, "value", found)
    return Feedback(value=value, rationale=getattr(found, "reason", None))
