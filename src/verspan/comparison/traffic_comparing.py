"""Comparing two versions by their traffic."""

from __future__ import annotations

from dataclasses import replace

from verspan.comparison.installed import check_installed
from verspan.comparison.model import Comparison
from verspan.errors import InvalidArgumentError
from verspan.sources.model import ClusterBy, Window
from verspan.sources.opening import Source
from verspan.versions.resolving import resolve_model


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
    from verspan.comparison.looks import AnyLooks
    from verspan.comparison.mix import mix_warnings
    from verspan.comparison.traffic import traffic_evidence

    design = Design(alpha)
    models = [resolve_model(source.store, version) for version in versions]
    if models[0].model_id == models[1].model_id:
        raise InvalidArgumentError(f"{models[0].name} is compared with itself: name two versions")
    baseline, candidate = (list(source.observed(model.model_id, window)) for model in models)
    if window.until_ns is None:
        design = replace(design, looks=AnyLooks(alpha=alpha))
    evidence = traffic_evidence(baseline, candidate, by)
    return compare_evidence(models[0].name, models[1].name, evidence, design, mix_warnings(baseline, candidate))
