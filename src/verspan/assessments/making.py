"""Assessments of what somebody gives, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.assessments.checking import (
    checked_assessment_name,
    checked_error,
    checked_metadata,
    checked_rationale,
    checked_span_id,
    checked_trace_id,
    checked_value,
)
from verspan.assessments.model import (
    CODE,
    AssessmentError,
    AssessmentSource,
    AssessmentSourceType,
    Expectation,
    Feedback,
)
from verspan.audit.origin import current_actor
from verspan.errors import InvalidArgumentError


def new_feedback(  # noqa: PLR0913, PLR0917 - the arguments of `log_feedback`, which explains them
    trace_id: str,
    name: str,
    value: Any,
    source: AssessmentSource | None = None,
    error: Exception | AssessmentError | None = None,
    rationale: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    span_id: str | None = None,
) -> Feedback:
    """A feedback that can be kept; the arguments are those of :func:`verspan.log_feedback`.

    Raises:
        InvalidArgumentError: an argument is not usable, or neither a value nor an error is given.
    """
    if value is None and error is None:
        raise InvalidArgumentError(f"feedback {name!r} has neither a value nor an error: give one of them")
    return Feedback(
        name=checked_assessment_name(name),
        value=checked_value(value, name),
        rationale=checked_rationale(rationale),
        error=checked_error(error),
        source=source or CODE,
        metadata=checked_metadata(metadata),
        trace_id=checked_trace_id(trace_id),
        span_id=checked_span_id(span_id),
    )


def new_expectation(  # noqa: PLR0913, PLR0917 - likewise
    trace_id: str,
    name: str,
    value: Any,
    source: AssessmentSource | None = None,
    metadata: Mapping[str, Any] | None = None,
    span_id: str | None = None,
) -> Expectation:
    """An expectation that can be kept; the arguments are those of :func:`verspan.log_expectation`.

    Raises:
        InvalidArgumentError: an argument is not usable.
    """
    if value is None:
        raise InvalidArgumentError(f"expectation {name!r} has no value")
    return Expectation(
        name=checked_assessment_name(name),
        value=checked_value(value, name),
        source=source or this_person(),
        metadata=checked_metadata(metadata),
        trace_id=checked_trace_id(trace_id),
        span_id=checked_span_id(span_id),
    )


def this_person() -> AssessmentSource:
    """The person who runs this process, as the audit log names them."""
    return AssessmentSource(AssessmentSourceType.HUMAN, current_actor())
