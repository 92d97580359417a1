"""MLflow's traces as spans, each with its version on it, as no span of MLflow's has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from verspan import semconv
from verspan.mlflow_import.conventions import mapped_attributes, span_kind
from verspan.mlflow_import.model import SESSION, MlflowSpan, MlflowTrace
from verspan.traces.model import EventRecord, LinkRecord, SpanRecord, StatusCode
from verspan.versions.model import LoggedModel
from verspan.versions.remotes import without_credentials

MODEL_ID: Final = "mlflow.modelId"
_SCOPE: Final = "mlflow"
_USER: Final = "mlflow.trace.user"
_REPOSITORY: Final = "mlflow.source.git.repoURL"
# What MLflow computes from the spans, or how it keeps them, which is not so here.
_OF_MLFLOW_ITSELF: Final = frozenset(
    {
        "mlflow.artifactLocation",
        "mlflow.trace.spansLocation",
        "mlflow.trace.archiveLocation",
        "mlflow.trace.cost",
        "mlflow.trace.infoFinalized",
        "mlflow.trace.sizeBytes",
        "mlflow.trace.sizeStats",
        "mlflow.trace.tokenUsage",
        "mlflow.traceInputs",
        "mlflow.traceName",
        "mlflow.traceOutputs",
        "mlflow.trace_schema.version",
        SESSION,
        _USER,
    }
)


def spans_from(trace: MlflowTrace, version: LoggedModel | None) -> Iterator[SpanRecord]:
    """The spans of a trace as they are kept.

    Args:
        trace: MLflow's.
        version: the one that was active when it began; None where there was none.
    """
    stamp: dict[str, Any] = {}
    if version is not None:
        stamp = {semconv.LOGGED_MODEL_ID: version.model_id, semconv.LOGGED_MODEL_NAME: version.name}
    of_trace = dict(_of_trace(trace))
    for span in trace.spans:
        told = of_trace if span.parent_span_id is None else {}
        yield _span(span, {**stamp, **told, **mapped_attributes(span.name, span.attributes)})


def _span(span: MlflowSpan, attributes: dict[str, Any]) -> SpanRecord:
    failed = next((found for _, _, found in span.events if semconv.EXCEPTION_TYPE in found), {})
    if span.status == "ERROR" and failed:
        attributes.setdefault(semconv.ERROR_TYPE, failed[semconv.EXCEPTION_TYPE])
    return SpanRecord(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        name=span.name,
        kind=span_kind(span.attributes),
        start_ns=span.start_ns,
        end_ns=span.end_ns,
        status_code=cast("StatusCode", span.status if span.status in ("OK", "ERROR") else "UNSET"),
        status_message=span.status_message or None,
        attributes=attributes,
        events=[EventRecord(*event) for event in span.events],
        links=[LinkRecord(*link) for link in span.links],
        scope_name=_SCOPE,
    )


def _of_trace(trace: MlflowTrace) -> Iterator[tuple[str, str]]:
    """What MLflow has of a trace and not of a span, which here is the root's."""
    for theirs, ours in ((SESSION, semconv.SESSION_ID), (_USER, semconv.USER_ID)):
        if theirs in trace.metadata:
            yield ours, trace.metadata[theirs]
    yield from _labels(trace.tags, semconv.VERSPAN_TAG_PREFIX)
    yield from _labels(trace.metadata, semconv.VERSPAN_METADATA_PREFIX)


def _labels(found: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        if name not in _OF_MLFLOW_ITSELF:
            yield prefix + name, without_credentials(value) if name == _REPOSITORY else value
