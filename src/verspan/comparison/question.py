"""What is asked of two versions, and the comparison that answers it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from verspan.comparison.choosing import Candidates, Named, RunsOfBoth, candidates, chosen_runs, is_run, listed
from verspan.comparison.explaining import what_changed
from verspan.comparison.installed import check_installed
from verspan.comparison.model import Basis, Comparison
from verspan.comparison.traffic_comparing import compare_traffic
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.evaluation.model import EvaluationRun, RowResult
from verspan.evaluation.result import EvaluationResult
from verspan.sources.model import ClusterBy, Window
from verspan.versions.resolving import resolve_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verspan.sources.opening import Source
    from verspan.store.interface import Store

_SHORT_RUN = len("run-") + 8


@dataclass(frozen=True)
class Question:
    """Which two are compared, by what, and how surely."""

    baseline: Named
    candidate: Named
    on: Basis | None = None
    """By what; by runs over the same rows where both have them, else by traffic, where it is None."""
    dataset: str | None = None
    """Only runs over it: its name, or NAME@DIGEST."""
    window: Window = field(default_factory=Window)
    """Which traffic."""
    cluster_by: ClusterBy = ClusterBy.SESSION
    alpha: float = 0.05
    elsewhere: bool = False
    """Whether traces are read from a place that has no runs."""
    why: bool = True
    """Whether to say what changed, too."""

    @property
    def versions(self) -> tuple[str, str]:
        """The names that traffic is looked for by.

        Raises:
            InvalidArgumentError: one of the two is a run.
        """
        if isinstance(self.baseline, EvaluationResult) or isinstance(self.candidate, EvaluationResult):
            raise InvalidArgumentError("a run has no traffic: name the versions, or compare with on='evaluation'")
        return self.baseline, self.candidate

    @property
    def basis(self) -> Basis | None:
        """By what they are compared, as far as the question says it: None where the store decides.

        Raises:
            InvalidArgumentError: the question asks for both.
        """
        about_traffic = self.elsewhere or self.window != Window()
        about_runs = self.dataset is not None or is_run(self.baseline) or is_run(self.candidate)
        if about_runs and (about_traffic or self.on is Basis.TRAFFIC):
            raise InvalidArgumentError(
                "runs and datasets are of evaluations, and a time, an environment or a source of traffic: ask for one"
            )
        if about_traffic and self.on is Basis.EVALUATION:
            raise InvalidArgumentError("a time, an environment or a source is of traffic: say none with evaluation")
        return Basis.EVALUATION if about_runs else Basis.TRAFFIC if about_traffic else self.on


def answered(question: Question, source: Source) -> Comparison:
    """Compare what a question asks for.

    Args:
        question: which two, and by what.
        source: the store with their runs, or the traces of their traffic.

    Raises:
        InvalidArgumentError: the question is none that can be answered.
        MissingPackageError: SciPy is not installed.
        NotFoundError: there is no such version or run, several, or there are no runs to compare.
        StoreError: the store cannot be read.
    """
    check_installed()
    basis = question.basis
    runs = None if basis is Basis.TRAFFIC else _runs(question, source.store)
    if runs is None:
        return _by_traffic(question, source)
    return _by_runs(question, source.store, runs)


def _runs(question: Question, store: Store) -> RunsOfBoth | None:
    sides = [candidates(store, each, question.dataset) for each in (question.baseline, question.candidate)]
    _refuse_same(*sides)
    found = chosen_runs(sides[0], sides[1], same_rows=question.basis is None)
    if found is None and question.basis is Basis.EVALUATION:
        raise NotFoundError(
            f"there are no two runs to compare: {'; '.join(map(listed, sides))}."
            " Evaluate both over the same dataset: verspan evaluate MODULE:FUNCTION --data NAME --model VERSION"
        )
    return found


def _refuse_same(baseline: Candidates, candidate: Candidates) -> None:
    if baseline.label == candidate.label:
        raise InvalidArgumentError(f"{baseline.label} is compared with itself: name two versions, or two runs")


def _by_traffic(question: Question, source: Source) -> Comparison:
    found = compare_traffic(source, question.versions, question.window, question.cluster_by, question.alpha)
    models = [resolve_model(source.store, each) for each in question.versions]
    return _with_why(question, found, source.store, (models[0].model_id, models[1].model_id))


def _by_runs(question: Question, store: Store, runs: RunsOfBoth) -> Comparison:
    from verspan.comparison.comparing import Design, compare_evidence
    from verspan.comparison.row_view import compared_rows
    from verspan.comparison.run_evidence import run_evidence
    from verspan.comparison.run_metrics import run_metrics
    from verspan.comparison.run_warnings import run_warnings
    from verspan.comparison.runs import ComparedRun, RunPair

    labels = _labels(store, runs)
    sides = zip(runs, labels, (question.baseline, question.candidate), strict=True)
    pair = RunPair(*(ComparedRun(run, label, _results(store, run, named)) for run, label, named in sides))
    metrics = run_metrics(pair)
    found = compare_evidence(*labels, run_evidence(pair, metrics), Design(question.alpha), run_warnings(pair))
    found = replace(found, basis=Basis.EVALUATION, runs=runs, rows=compared_rows(pair, metrics))
    return _with_why(question, found, store, (runs[0].model_id, runs[1].model_id))


def _with_why(
    question: Question, found: Comparison, store: Store, model_ids: tuple[str | None, str | None]
) -> Comparison:
    if not question.why:
        return found
    why, untold = what_changed(store, model_ids)
    return replace(found, why=why, warnings=[*found.warnings, *([untold] if untold else [])])


def _results(store: Store, run: EvaluationRun, named: Named) -> Sequence[RowResult]:
    return named.rows if isinstance(named, EvaluationResult) else store.evaluations.rows(run.run_id)


def _labels(store: Store, runs: RunsOfBoth) -> tuple[str, str]:
    """The names of the versions; with the runs' ids where these alone tell them apart."""
    baseline, candidate = (_label(store, run) for run in runs)
    if baseline != candidate:
        return baseline, candidate
    return f"{baseline} ({runs[0].run_id[:_SHORT_RUN]})", f"{candidate} ({runs[1].run_id[:_SHORT_RUN]})"


def _label(store: Store, run: EvaluationRun) -> str:
    model = None if run.model_id is None else store.get_model(run.model_id)
    return model.name if model is not None else run.model_id or run.name
