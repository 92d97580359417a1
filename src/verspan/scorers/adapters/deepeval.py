"""Metrics of DeepEval."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

from verspan.assessments.model import Feedback
from verspan.evaluation.model import Goal
from verspan.scorers.adapters.adapted import AdaptedScorer, package_of, record_of
from verspan.scorers.adapters.fields import EXPECTED, Fields
from verspan.scorers.model import Answer

_FIELDS: Final = Fields(
    {"input": "inputs", "actual_output": "outputs", "expected_output": EXPECTED},
    texts=("input", "actual_output", "expected_output"),
)
_QUIET: Final = {"_show_indicator": False}


def from_deepeval(
    metric: Any,
    *,
    name: str | None = None,
    goal: Goal | str | None = None,
    fields: Mapping[str, str] | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> AdaptedScorer:
    """A metric of DeepEval for single turns as a scorer.

    It judges an ``LLMTestCase`` with ``input``, a single input as text, several as JSON; ``actual_output``, the answer
    as text; and ``expected_output``, the row's ``expected_response``, without which a metric that needs it judges
    nothing. Whether it has passed its threshold stands in the feedback's metadata. DeepEval reports on its use unless
    ``DEEPEVAL_TELEMETRY_OPT_OUT=YES`` is set before it is imported.

    Args:
        metric: such as ``deepeval.metrics.ExactMatchMetric()`` or ``GEval(…, model=…)``; a copy judges each answer.
        name: under which its scores are kept; its own where it is None.
        goal: which way its scores are better; None for the way in which it passes its threshold.
        fields: what else the test case has, by name: where in the answer it is, such as
            ``{"retrieval_context": "outputs.documents"}``.
        arguments: what the test case has for each answer as it is.

    Raises:
        InvalidArgumentError: a place of ``fields`` is none.
        MissingPackageError: deepeval is not installed.
    """
    package = package_of("deepeval")
    adapted = _Metric(metric, _FIELDS.with_given(fields), arguments or {})
    better = _goal_of(metric) if goal is None else Goal(goal)
    model = getattr(metric, "evaluation_model", None)
    return AdaptedScorer(adapted, record_of(metric, name or metric.__name__, better, model, package), package)


@dataclass(frozen=True)
class _Metric:
    metric: Any
    fields: Fields
    constant: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_asynchronous(self) -> bool:
        """Whether it would run an event loop of its own."""
        return bool(getattr(self.metric, "async_mode", False))

    def arguments(self, answer: Answer) -> Mapping[str, Any] | None:
        found = self.fields.values(answer, _needed(self.metric))
        return None if found is None else {**found, **self.constant}

    def measure(self, arguments: Mapping[str, Any]) -> Feedback | None:
        metric = copy.copy(self.metric)  # it keeps what it finds in itself
        metric.measure(_test_case(arguments), **_quietly(metric.measure))
        return _feedback(metric)

    async def measure_async(self, arguments: Mapping[str, Any]) -> Feedback | None:
        metric = copy.copy(self.metric)
        await metric.a_measure(_test_case(arguments), **_quietly(metric.a_measure))
        return _feedback(metric)


def _needed(metric: Any) -> list[str]:
    """What a metric does not judge without; a class of theirs that says none has a type in place of a list."""
    given = [getattr(metric, "_required_params", None), getattr(metric, "evaluation_params", None)]
    return [parameter.value for some in given if isinstance(some, (list, tuple)) for parameter in some]


def _test_case(arguments: Mapping[str, Any]) -> Any:
    return import_module("deepeval.test_case").LLMTestCase(**arguments)


def _quietly(measure: Callable[..., Any]) -> Mapping[str, Any]:
    """What keeps it from drawing a progress bar, if it takes that."""
    return {name: value for name, value in _QUIET.items() if name in inspect.signature(measure).parameters}


def _feedback(metric: Any) -> Feedback | None:
    if getattr(metric, "skipped", False):
        return None
    if metric.score is None:
        raise ValueError(getattr(metric, "error", None) or "the metric gave no score")
    passed = {"threshold": str(metric.threshold), "passed": str(bool(metric.is_successful())).lower()}
    reason = getattr(metric, "reason", None)
    return Feedback(value=metric.score, rationale=reason, metadata=passed if metric.threshold is not None else {})


def _goal_of(metric: Any) -> Goal:
    """Lower where a score of 0 passes and one of 1 does not."""
    return Goal.LOWER if _passes(metric, 0.0) and not _passes(metric, 1.0) else Goal.HIGHER


def _passes(metric: Any, score: float) -> bool:
    tried = copy.copy(metric)
    tried.score, tried.error = score, None
    tried.threshold = 0.5
    try:
        return bool(tried.is_successful())
    except Exception:  # noqa: BLE001 - one that says more than its threshold; its user can say which way is better
        return True
