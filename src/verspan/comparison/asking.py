"""Comparing two versions, or two runs, that somebody names."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from verspan.comparison.choosing import Named
from verspan.comparison.model import Basis, Comparison
from verspan.comparison.question import Question, answered
from verspan.deployments.moments import milliseconds_of
from verspan.errors import InvalidArgumentError
from verspan.evaluation.result import EvaluationResult
from verspan.sources.model import ClusterBy, Window
from verspan.sources.opening import Source, fetched
from verspan.versions.registry import opened_store

if TYPE_CHECKING:
    from verspan.versions.model import LoggedModel

_NS_IN_MS = 1_000_000


def compare(  # noqa: PLR0913 - each says something else of what is compared
    baseline: str | LoggedModel | EvaluationResult,
    candidate: str | LoggedModel | EvaluationResult,
    *,
    on: str | None = None,
    dataset: str | None = None,
    since: datetime | str | None = None,
    until: datetime | str | None = None,
    environment: str | None = None,
    cluster_by: str = "session",
    alpha: float = 0.05,
    source: str | None = None,
    why: bool = True,
) -> Comparison:
    """Whether one version is better than another, how sure that is, and what changed between them.

    ::

        comparison = verspan.compare("agent-1a2b3c4d", "agent-5e6f7a8b")
        comparison.of("correctness").direction   # Direction.WORSE
        comparison.rows[0]                       # what became of the row that is worst off
        print(comparison)

        verspan.compare("agent-1a2b3c4d", "agent-5e6f7a8b", environment="production")  # by the traffic of both

    Versions that were both evaluated over the same rows are compared by the newest such runs: every score, failures,
    latency, tokens and cost, row by row where both have a row. Else their traffic is compared: error rate, latency,
    tokens and cost of traces. Unless `until` says that the traffic is complete, its intervals hold at every look, so
    that whoever asks again and again until there is a difference is wrong no more often than `alpha`. Traces of
    evaluations are no traffic. Each figure has an interval, and a p-value that is corrected for their number.

    Args:
        baseline: what to compare with: a version's record, name or id, or the beginning of either; a run's id; or what
            :func:`verspan.evaluate` gave.
        candidate: what is judged, likewise.
        on: ``evaluation`` or ``traffic``; where it is None evaluations come first, unless traffic is asked for by what
            follows.
        dataset: only runs over this dataset: its name, or ``NAME@DIGEST``.
        since: only traces that started then or later; a time without zone is local.
        until: only traces that started before then.
        environment: only traces whose root ran in this ``deployment.environment.name``.
        cluster_by: what makes traces depend on one another: ``session``, ``user`` or ``nothing``.
        alpha: how often versions that do not differ may be said to.
        source: where the traces are, if not in the store that this process records in: ``jaeger://host:16686``, whose
            traces of the last week are read unless `since` says more.
        why: whether to say what changed, as :func:`verspan.diff` does.

    Returns:
        The comparison; ``print`` shows it.

    Raises:
        InvalidArgumentError: an argument is not usable.
        MissingPackageError: SciPy is not installed.
        NotFoundError: the store has no such version or run, several, or no runs to compare.
        StoreError: the store cannot be read.
    """
    question = Question(
        baseline=_named(baseline),
        candidate=_named(candidate),
        on=basis_of(on),
        dataset=dataset,
        window=Window(_nanoseconds(since), _nanoseconds(until), environment),
        cluster_by=_cluster(cluster_by),
        alpha=alpha,
        elsewhere=source is not None,
        why=why,
    )
    if source is not None:
        with fetched(source, question.versions, question.window) as found:
            return answered(question, found)
    with opened_store() as store:
        return answered(question, Source(store))


def basis_of(name: str | None) -> Basis | None:
    """The basis of a name; None for None.

    Raises:
        InvalidArgumentError: there is no such basis.
    """
    try:
        return None if name is None else Basis(name)
    except ValueError as error:
        known = ", ".join(each.value for each in Basis)
        raise InvalidArgumentError(f"on={name!r}: it is one of {known}") from error


def _named(each: str | LoggedModel | EvaluationResult) -> Named:
    return each if isinstance(each, (str, EvaluationResult)) else each.model_id


def _nanoseconds(moment: datetime | str | None) -> int | None:
    return None if moment is None else milliseconds_of(moment) * _NS_IN_MS


def _cluster(name: str) -> ClusterBy:
    try:
        return ClusterBy(name)
    except ValueError as error:
        known = ", ".join(each.value for each in ClusterBy)
        raise InvalidArgumentError(f"cluster_by={name!r}: it is one of {known}") from error
