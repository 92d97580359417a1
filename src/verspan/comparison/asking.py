"""Comparing two versions that somebody names."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from verspan.comparison.installed import check_installed
from verspan.comparison.model import Comparison
from verspan.deployments.moments import milliseconds_of
from verspan.errors import InvalidArgumentError
from verspan.sources.model import ClusterBy, Window
from verspan.sources.opening import Source, fetched
from verspan.versions.registry import opened_store
from verspan.versions.resolving import resolve_model

if TYPE_CHECKING:
    from verspan.versions.model import LoggedModel

_NS_IN_MS = 1_000_000


def compare(  # noqa: PLR0913 - each says something else of what is compared
    baseline: str | LoggedModel,
    candidate: str | LoggedModel,
    *,
    since: datetime | str | None = None,
    until: datetime | str | None = None,
    environment: str | None = None,
    cluster_by: str = "session",
    alpha: float = 0.05,
    source: str | None = None,
) -> Comparison:
    """Whether one version is better than another, by the traffic of both, and how sure that is.

    ::

        comparison = verspan.compare("agent-1a2b3c4d", "agent-5e6f7a8b", environment="production")
        comparison.of("cost").direction   # Direction.WORSE
        print(comparison)

    Error rate, latency (median, 95th and 99th percentile), tokens and cost of traces are compared, each with an
    interval, and with a p-value that is corrected for their number. Unless `until` says that the traffic is complete,
    intervals hold at every look, so that whoever asks again and again until there is a difference is wrong no more
    often than `alpha`. Traces of evaluations are no traffic.

    Args:
        baseline: the version to compare with: its record, name or id, or the beginning of either.
        candidate: the version that is judged.
        since: only traces that started then or later; a time without zone is local.
        until: only traces that started before then.
        environment: only traces whose root ran in this ``deployment.environment.name``.
        cluster_by: what makes traces depend on one another: ``session``, ``user`` or ``nothing``.
        alpha: how often versions that do not differ may be said to.
        source: where the traces are, if not in the store that this process records in: ``jaeger://host:16686``, whose
            traces of the last week are read unless `since` says more.

    Returns:
        The comparison; ``print`` shows it.

    Raises:
        InvalidArgumentError: an argument is not usable.
        MissingPackageError: SciPy is not installed.
        NotFoundError: the store has no such version, or several.
        StoreError: the store cannot be read.
    """
    window = Window(_nanoseconds(since), _nanoseconds(until), environment)
    named = _name_of(baseline), _name_of(candidate)
    if source is not None:
        with fetched(source, named, window) as found:
            return compare_traffic(found, named, window, _cluster(cluster_by), alpha)
    with opened_store() as store:
        return compare_traffic(Source(store), named, window, _cluster(cluster_by), alpha)


def compare_traffic(
    source: Source, versions: tuple[str, str], window: Window, by: ClusterBy, alpha: float
) -> Comparison:
    """Two versions by their traffic.

    Args:
        source: where it is.
        versions: the baseline and the candidate, by name, id or the beginning of either.
        window: which traffic.
        by: what makes traces depend on one another.
        alpha: how often versions that do not differ may be said to.

    Raises:
        InvalidArgumentError: alpha is no share, or both are the same version.
        MissingPackageError: SciPy is not installed.
        NotFoundError: the store has no such version, or several.
        StoreError: the store cannot be read.
    """
    check_installed()
    from verspan.comparison.comparing import Design, compare_evidence
    from verspan.comparison.looks import ONE_LOOK, AnyLooks
    from verspan.comparison.mix import mix_warnings
    from verspan.comparison.traffic import traffic_evidence

    if not 0 < alpha < 1:
        raise InvalidArgumentError(f"alpha is between 0 and 1, such as 0.05, and not {alpha}")
    models = [resolve_model(source.store, version) for version in versions]
    if models[0].model_id == models[1].model_id:
        raise InvalidArgumentError(f"{models[0].name} is compared with itself: name two versions")
    baseline, candidate = (list(source.observed(model.model_id, window)) for model in models)
    design = Design(alpha, AnyLooks(alpha=alpha) if window.until_ns is None else ONE_LOOK)
    evidence = traffic_evidence(baseline, candidate, by)
    return compare_evidence(models[0].name, models[1].name, evidence, design, mix_warnings(baseline, candidate))


def _name_of(version: str | LoggedModel) -> str:
    return version if isinstance(version, str) else version.model_id


def _nanoseconds(moment: datetime | str | None) -> int | None:
    return None if moment is None else milliseconds_of(moment) * _NS_IN_MS


def _cluster(name: str) -> ClusterBy:
    try:
        return ClusterBy(name)
    except ValueError as error:
        known = ", ".join(each.value for each in ClusterBy)
        raise InvalidArgumentError(f"cluster_by={name!r}: it is one of {known}") from error
