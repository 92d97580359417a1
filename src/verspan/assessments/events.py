"""Feedback as the event ``gen_ai.evaluation.result``."""

from __future__ import annotations

from verspan.assessments.model import Feedback
from verspan.context import ActiveVersion
from verspan.telemetry.evaluation import Evaluated, EvaluationResult, emit_evaluation
from verspan.traces.model import Trace


def emit_feedback(feedback: Feedback, trace: Trace | None) -> None:
    """Send a feedback to whoever receives this process's events.

    The event has to name a span. Where the feedback is about a whole trace that is, that is its root; where the root is
    not known yet, no event is sent, and what is kept is all there is.

    Args:
        feedback: as it is kept.
        trace: the trace that it is of; None where it is not known.
    """
    span_id = feedback.span_id or _root_of(trace)
    if span_id is not None and feedback.trace_id is not None:
        emit_evaluation(result_of(feedback), Evaluated(feedback.trace_id, span_id, _version_of(trace)))


def result_of(feedback: Feedback) -> EvaluationResult:
    """A feedback in the words of the conventions: numbers and booleans are scores, texts and booleans are labels."""
    value = feedback.value
    label = str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else None
    return EvaluationResult(
        name=feedback.name,
        score_value=float(value) if isinstance(value, (bool, int, float)) else None,
        score_label=label,
        explanation=feedback.rationale,
        error_type=feedback.error.error_code if feedback.error else None,
    )


def _root_of(trace: Trace | None) -> str | None:
    spans = trace.spans if trace else ()
    return next((stored.span.span_id for stored in spans if stored.span.parent_span_id is None), None)


def _version_of(trace: Trace | None) -> ActiveVersion | None:
    if trace is None or trace.summary.model_id is None:
        return None
    return ActiveVersion(trace.summary.model_id, trace.summary.model_name)
