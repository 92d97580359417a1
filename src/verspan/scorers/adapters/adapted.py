"""A metric of another evaluator as a scorer."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from verspan.assessments.model import CODE, AssessmentSource, AssessmentSourceType, Feedback
from verspan.errors import MissingPackageError
from verspan.evaluation.calling import in_thread
from verspan.evaluation.model import Goal, ScorerRecord
from verspan.scorers.identity import version_of
from verspan.scorers.judges.asking import judging, on_judges_loop
from verspan.scorers.model import Answer
from verspan.scorers.outcomes import feedback_of


class Metric(Protocol):
    """What an adapter makes of a metric. It may be called from several threads at a time."""

    @property
    def is_asynchronous(self) -> bool:
        """Whether it has to wait in an event loop, always the same one."""
        ...

    def arguments(self, answer: Answer) -> Mapping[str, Any] | None:
        """What it is called with; None where there is nothing for it to judge."""
        ...

    def measure(self, arguments: Mapping[str, Any]) -> Feedback | None:
        """What it finds."""
        ...

    async def measure_async(self, arguments: Mapping[str, Any]) -> Feedback | None:
        """The same in an event loop."""
        ...


@dataclass(frozen=True)
class AdaptedScorer:
    """A metric of another evaluator as a :class:`~verspan.scorers.model.Scorer`.

    What it asks models is counted as what judging costs, where their client is instrumented, and is no traffic of the
    version that is judged.
    """

    metric: Metric
    record: ScorerRecord
    package: str
    """Where the metric comes from and its version, such as ``ragas 0.4.3``."""
    wants_trace: bool = False

    @property
    def name(self) -> str:
        """Under which its scores are kept."""
        return self.record.name

    @property
    def goal(self) -> Goal:
        """Which way its scores are better."""
        return self.record.goal

    def score(self, answer: Answer) -> Sequence[Feedback]:
        """Judge one answer.

        Raises:
            Exception: whatever the metric raises.
        """
        arguments = self.metric.arguments(answer)
        if arguments is None:
            return ()
        with judging():
            if self.metric.is_asynchronous:
                return self._kept(on_judges_loop(self.metric.measure_async(arguments)).result())
            return self._kept(self.metric.measure(arguments))

    async def score_async(self, answer: Answer) -> Sequence[Feedback]:
        """The same for whoever waits in an event loop, which a metric that does not wait holds up no more."""
        arguments = self.metric.arguments(answer)
        if arguments is None:
            return ()
        with judging():
            if self.metric.is_asynchronous:
                found = on_judges_loop(self.metric.measure_async(arguments))
                return self._kept(await asyncio.wrap_future(found))
            return self._kept(await in_thread(lambda: self.metric.measure(arguments)))

    def _kept(self, found: Feedback | None) -> Sequence[Feedback]:
        if found is None:
            return ()
        metadata = {"package": self.package, **found.metadata}
        return feedback_of(replace(found, metadata=metadata, source=self._source()), self.record)

    def _source(self) -> AssessmentSource:
        model = self.record.model
        return CODE if model is None else AssessmentSource(AssessmentSourceType.LLM_JUDGE, model)


def package_of(name: str) -> str:
    """A package with its version.

    Raises:
        MissingPackageError: it is not installed.
    """
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError as error:
        raise MissingPackageError(f"its metrics need {name}: pip install {name}") from error


def record_of(metric: Any, name: str, goal: Goal, model: Any, package: str) -> ScorerRecord:
    """A metric, as a run writes it down: its version is made of its package's, of its source and of its options."""
    options = {
        option: getattr(metric, option)
        for option in inspect.signature(type(metric)).parameters
        if hasattr(metric, option)
    }
    made_of = version_of(type(metric), {**options, "package": package, "model": model})
    return ScorerRecord(name, made_of, goal, None if model is None else str(model))
