"""How long the steps of agents and workflows take, by the conventions' metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from opentelemetry.metrics import Histogram, Meter

from verspan import semconv
from verspan.context import ActiveVersion
from verspan.telemetry.version_labels import PROCESS_VERSIONS

if TYPE_CHECKING:
    from verspan.instrumentation.operations import Operation


class DurationMetric(NamedTuple):
    """How the duration of a kind of step is measured."""

    name: str
    description: str
    labels: Sequence[str]
    """The attributes that the step started with and that measurements have, too."""
    buckets: Sequence[float] = semconv.DURATION_BUCKETS
    """Bucket boundaries, in seconds."""


_AGENT = (semconv.GEN_AI_AGENT_NAME, semconv.GEN_AI_REQUEST_MODEL)
_BY_OPERATION: Mapping[str, DurationMetric] = {
    "invoke_agent": DurationMetric(
        semconv.METRIC_INVOKE_AGENT_DURATION, "Duration of an agent", _AGENT, semconv.AGENT_DURATION_BUCKETS
    ),
    "invoke_workflow": DurationMetric(
        semconv.METRIC_INVOKE_WORKFLOW_DURATION,
        "Duration of a workflow",
        (semconv.GEN_AI_WORKFLOW_NAME,),
        semconv.WORKFLOW_DURATION_BUCKETS,
    ),
    "execute_tool": DurationMetric(
        semconv.METRIC_EXECUTE_TOOL_DURATION,
        "Duration of a tool",
        (semconv.GEN_AI_TOOL_NAME, semconv.GEN_AI_TOOL_TYPE, semconv.GEN_AI_AGENT_NAME),
    ),
}
_OTHER = DurationMetric(
    semconv.METRIC_OPERATION_DURATION,
    "Duration of a GenAI client call that is no inference",
    (semconv.GEN_AI_OPERATION_NAME, semconv.GEN_AI_PROVIDER_NAME, semconv.SERVER_ADDRESS, semconv.SERVER_PORT),
)


def metric_of(operation_name: str) -> DurationMetric:
    """What the duration of an operation of the GenAI conventions is measured by."""
    return _BY_OPERATION.get(operation_name, _OTHER)


class OperationMetrics:
    """The instruments of one instrumentor, made when first used."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._made: dict[str, Histogram] = {}

    def record(
        self, operation: Operation, seconds: float, error_type: str | None, version: ActiveVersion | None
    ) -> None:
        """Record a step that is over, failed ones included.

        Args:
            operation: what it was.
            seconds: how long it took.
            error_type: how it failed; None where it did not.
            version: the one that its span carries.
        """
        metric = operation.metric
        known = operation.known()
        labels: dict[str, Any] = {name: known[name] for name in metric.labels if name in known}
        if error_type is not None:
            labels[semconv.ERROR_TYPE] = error_type
        self._histogram(metric).record(seconds, {**labels, **PROCESS_VERSIONS.of(version)})

    def _histogram(self, metric: DurationMetric) -> Histogram:
        found = self._made.get(metric.name)
        if found is None:
            found = self._made[metric.name] = self._meter.create_histogram(
                metric.name, "s", metric.description, explicit_bucket_boundaries_advisory=list(metric.buckets)
            )
        return found
