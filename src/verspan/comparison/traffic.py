"""Two versions by what was observed of their traffic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verspan.comparison.comparing import Evidence, Metric, Statistic
from verspan.comparison.prices import at_constant_prices
from verspan.comparison.samples import Sample
from verspan.evaluation.model import Goal
from verspan.sources.model import ClusterBy, ObservedTrace

Measure = Callable[[ObservedTrace], "float | None"]


@dataclass(frozen=True)
class Measured:
    """A metric of traffic, and what of a trace it is; None where a trace has none."""

    metric: Metric
    measure: Measure
    without: str = ""
    """What a trace is that has none, for a note."""


def _latency(name: str, quantile: float) -> Measured:
    return Measured(Metric(name, Statistic.QUANTILE, Goal.LOWER, "ms", quantile), lambda trace: trace.duration_ms)


TRAFFIC_METRICS: Sequence[Measured] = (
    Measured(Metric("error rate", Statistic.RATE, Goal.LOWER), lambda trace: float(trace.failed)),
    _latency("latency p50", 0.50),
    _latency("latency p95", 0.95),
    _latency("latency p99", 0.99),
    Measured(Metric("input tokens", Statistic.MEAN, Goal.NEITHER, "token"), lambda trace: float(trace.input_tokens)),
    Measured(Metric("output tokens", Statistic.MEAN, Goal.NEITHER, "token"), lambda trace: float(trace.output_tokens)),
    Measured(
        Metric("cost", Statistic.MEAN, Goal.LOWER, "USD"),
        lambda trace: trace.cost_usd,
        "have calls whose price is not known",
    ),
)
"""What every trace tells, whatever the application is."""


def traffic_evidence(
    baseline: Sequence[ObservedTrace], candidate: Sequence[ObservedTrace], cluster_by: ClusterBy
) -> list[Evidence]:
    """What two versions' traffic says by :data:`TRAFFIC_METRICS`; cost at constant prices, too, where prices changed.

    Args:
        baseline: one version's traces.
        candidate: the other's.
        cluster_by: what may make traces depend on one another; a trace without it stands for itself.
    """
    found = [_evidence(measured, baseline, candidate, cluster_by) for measured in TRAFFIC_METRICS]
    repriced = at_constant_prices(baseline, candidate)
    if repriced is not None:
        measured = Measured(Metric("cost at constant prices", Statistic.MEAN, Goal.LOWER, "USD"), repriced)
        found.append(_evidence(measured, baseline, candidate, cluster_by))
    return found


def _evidence(
    measured: Measured, baseline: Sequence[ObservedTrace], candidate: Sequence[ObservedTrace], cluster_by: ClusterBy
) -> Evidence:
    before, after = (_sample(measured.measure, traces, cluster_by) for traces in (baseline, candidate))
    left_out = len(baseline) + len(candidate) - len(before) - len(after)
    note = f"{left_out} traces are left out, which {measured.without}" if left_out else None
    return Evidence(measured.metric, before, after, note=note)


def _sample(measure: Measure, traces: Sequence[ObservedTrace], cluster_by: ClusterBy) -> Sample:
    known = [(trace, value) for trace in traces if (value := measure(trace)) is not None]
    return Sample.of(
        [value for _, value in known],
        [_cluster(trace, cluster_by) for trace, _ in known],
        [trace.weight for trace, _ in known],
    )


def _cluster(trace: ObservedTrace, cluster_by: ClusterBy) -> object:
    if cluster_by is ClusterBy.NOTHING:
        return trace.trace_id
    named = trace.session_id if cluster_by is ClusterBy.SESSION else trace.user_id
    return trace.trace_id if named is None else (cluster_by, named)
