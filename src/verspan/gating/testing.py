"""Evaluations as tests: ``@verspan.eval`` on a function that answers makes a test of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verspan.errors import InvalidArgumentError
from verspan.gating.outcomes import Outcome

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from verspan.comparison.model import Comparison
    from verspan.evaluation.result import EvaluationResult
    from verspan.evaluation.running import Settings
    from verspan.gating.model import GateResult
    from verspan.gating.policy import Policy

MARK = "verspan_evaluation"
"""The attribute of a test by which pytest's plugin knows it."""


@dataclass(frozen=True)
class Evaluation:
    """What a test evaluates, and what it demands."""

    function: Callable[..., Any]
    data: Any
    scorers: Sequence[Any]
    at_least: Mapping[str, float]
    at_most: Mapping[str, float]
    max_failures: int
    against: str | None
    gate: str | Path | Mapping[str, Any] | Policy | None
    model_id: str | None
    settings: Settings = field(hash=False)

    def run(self) -> Outcome:
        """Evaluate, and hold what came of it against what is demanded.

        Raises:
            VerspanError: it could not be done.
        """
        from verspan.evaluation.running import evaluate

        result = evaluate(self._rows(), self.function, self.scorers, self.model_id, **self.settings)
        gate = None if self.against is None else self._gated(self.against, result)
        return Outcome(result, self.at_least, self.at_most, self.max_failures, gate)

    def _rows(self) -> Any:
        """The rows: those of a file are looked for beside the test, and other texts name a dataset."""
        if not isinstance(self.data, (str, Path)):
            return self.data
        from verspan.datasets.api import get_dataset
        from verspan.datasets.files import csv_rows, jsonl_rows

        readers = {".jsonl": jsonl_rows, ".ndjson": jsonl_rows, ".csv": csv_rows}
        read = readers.get(Path(self.data).suffix)
        if read is not None:
            return read(self._beside(self.data))
        name, _, digest = str(self.data).partition("@")
        return get_dataset(name, digest or None)

    def _gated(self, against: str, result: EvaluationResult) -> GateResult:
        from verspan.comparison.asking import compare
        from verspan.gating.asking import gate
        from verspan.gating.reading import read_policy

        policy: Any = self.gate
        if isinstance(policy, (str, Path)):
            policy = read_policy(self._beside(policy))
        alpha: float = getattr(policy, "alpha", 0.05)
        if isinstance(policy, Mapping):
            alpha = policy.get("gate", {}).get("alpha", alpha)
        comparison = compare(against, result, on="evaluation", alpha=alpha)
        return gate(comparison, _no_regression(comparison) if policy is None else policy)

    def _beside(self, path: str | Path) -> Path:
        """A path from the folder of the test's file on."""
        module = sys.modules[self.function.__module__]
        return Path(module.__file__ or "").parent / path


def eval(  # noqa: A001, PLR0913 - it is called verspan.eval; each argument is another demand
    data: Any,
    scorers: Sequence[Any] = (),
    *,
    at_least: Mapping[str, float] | None = None,
    at_most: Mapping[str, float] | None = None,
    max_failures: int = 0,
    against: str | None = None,
    gate: str | Path | Mapping[str, Any] | Policy | None = None,
    model_id: str | None = None,
    **settings: Unpack[Settings],
) -> Callable[[Callable[..., Any]], Callable[[], None]]:
    """Make a test of a function that answers: it is given each row's inputs, as by :func:`verspan.evaluate`.

    ::

        @verspan.eval("rows.jsonl", [correctness], at_least={"correctness/mean": 0.9}, against="support@champion")
        def test_support(question):
            return answer(question)

    Args:
        data: what :func:`verspan.evaluate` takes, a file (JSON lines or CSV) from the folder of the test on, or the
            name of a dataset.
        scorers: what judges the answers.
        at_least: of metrics of the run, such as ``correctness/mean``, how much each has to come to.
        at_most: likewise.
        max_failures: how many rows may have no answer, and how many scores may fail.
        against: a version whose newest finished run over the same rows is the baseline.
        gate: what is demanded of the comparison with it: a policy, or a file of one from the folder of the test on.
            Without one, no score may be shown to be worse.
        model_id: the version that answers; as for :func:`verspan.evaluate`.
        **settings: what else :func:`verspan.evaluate` takes.

    Returns:
        The decorator. The test that it makes takes no fixtures.

    Raises:
        InvalidArgumentError: there is a gate, and nothing to compare with.
    """
    if gate is not None and against is None:
        raise InvalidArgumentError("gate says what is demanded beside another version: name it with against")

    def decorate(function: Callable[..., Any]) -> Callable[[], None]:
        evaluation = Evaluation(
            function, data, scorers, at_least or {}, at_most or {}, max_failures, against, gate, model_id, settings
        )

        def test() -> None:
            evaluation.run().check()

        # Not functools.wraps: pytest would look behind it, and take the inputs of a row for fixtures.
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(test, name, getattr(function, name))
        setattr(test, MARK, evaluation)
        return test

    return decorate


def _no_regression(comparison: Comparison) -> Policy:
    """That no score is shown to be worse."""
    from verspan.evaluation.model import Goal
    from verspan.gating.policy import MetricDemands, Must, Policy

    scores = {score.metric for row in comparison.rows for score in row.scores if score.goal is not Goal.NEITHER}
    kept = [metric.metric for metric in comparison.metrics if metric.metric in scores]
    return Policy({name: MetricDemands(must=Must.NOT_REGRESS) for name in kept})
