"""Reading the observations of a metric: those of traces, and those that somebody or something said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from verspan.assessments.model import Feedback
from verspan.assessments.records import AssessmentQuery
from verspan.comparison.comparing import Metric, Statistic
from verspan.comparison.traffic import TRAFFIC_METRICS, Measured
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal
from verspan.sources.model import Window
from verspan.store.interface import Store
from verspan.trends.gathering import Gathered, KeyOf, Observations
from verspan.trends.question import TrendQuery
from verspan.watching.observing import cluster_of

OF_TRACES = {measured.metric.name: measured for measured in TRAFFIC_METRICS}
"""By name: what every trace tells."""
_MEAN = "/mean"
_NS_IN_MS = 1_000_000


def observed_of(
    store: Store, measured: Measured, model_ids: Sequence[str], asked: TrendQuery, key_of: KeyOf
) -> Observations:
    """A metric of every trace of some versions.

    Args:
        store: where they are.
        measured: the metric.
        model_ids: the versions.
        asked: which of their traces, and what may make these depend on one another.
        key_of: which point one belongs to.
    """
    gathered: defaultdict[str | int, Gathered] = defaultdict(Gathered)
    left_out = 0
    for model_id in model_ids:
        for trace in store.observations.observed(model_id, asked.window):
            value = measured.measure(trace)
            if value is None:
                left_out += 1
            else:
                gathered[key_of(model_id, trace.start_ns)].add(value, cluster_of(trace, asked.cluster_by), trace.weight)
    return Observations(measured.metric, gathered, left_out)


def said_of(store: Store, name: str, model_ids: Sequence[str], window: Window, key_of: KeyOf) -> Observations:
    """A feedback on traces of some versions, by when it was given: yes and no as a rate, numbers as a mean.

    Feedback of one trace may depend on one another.

    Args:
        store: where it is.
        name: such as ``correctness``, or ``correctness/mean`` as evaluations call it.
        model_ids: the versions.
        window: when it was given.
        key_of: which point one belongs to.

    Raises:
        InvalidArgumentError: only one environment is wanted, which feedback does not tell.
    """
    if window.environment is not None:
        raise InvalidArgumentError(f"{name!r} is feedback, which is not kept by environment: leave that out")
    gathered: defaultdict[str | int, Gathered] = defaultdict(Gathered)
    left_out, binary = 0, True
    for model_id in model_ids:
        for feedback in _feedback(store, name.removesuffix(_MEAN), model_id, window):
            if not isinstance(feedback.value, (bool, int, float)):
                left_out += 1
                continue
            binary = binary and isinstance(feedback.value, bool)
            key = key_of(model_id, (feedback.create_time_ms or 0) * _NS_IN_MS)
            gathered[key].add(float(feedback.value), feedback.trace_id or "")
    statistic = Statistic.RATE if binary else Statistic.MEAN
    return Observations(Metric(name, statistic, Goal.NEITHER), gathered, left_out)


def _feedback(store: Store, name: str, model_id: str, window: Window) -> Iterator[Feedback]:
    since, until = window.since_ns, window.until_ns
    for found in store.assessments.find(AssessmentQuery(name=name, model_id=model_id)):
        given_ns = (found.create_time_ms or 0) * _NS_IN_MS
        within = (since is None or given_ns >= since) and (until is None or given_ns < until)
        if within and isinstance(found, Feedback):
            yield found
