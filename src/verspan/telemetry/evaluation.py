"""The event ``gen_ai.evaluation.result``: what an evaluation found of a span, for whoever receives telemetry.

The conventions (https://github.com/open-telemetry/semantic-conventions-genai) want it below the span that was
evaluated, which has often ended long ago, so it is told by its ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opentelemetry._logs import LoggerProvider, get_logger
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from verspan import semconv
from verspan.context import ActiveVersion
from verspan.errors import InvalidArgumentError
from verspan.instrumentation.policy import current_policy

_SCOPE: Final = "verspan"


@dataclass(frozen=True)
class EvaluationResult:
    """What one evaluation found. A score, a label or an error is there, or several of them."""

    name: str
    """The metric's: ``correctness``."""
    score_value: float | None = None
    score_label: str | None = None
    """The score in a word: ``pass``."""
    explanation: str | None = None
    """Why; it may quote what was evaluated, so the content policy decides whether it leaves on an event."""
    error_type: str | None = None
    """What kept the evaluation from its end, by its class or code."""
    response_id: str | None = None
    """``gen_ai.response.id`` of the answer that was evaluated."""

    def attributes(self) -> dict[str, str | float]:
        """The event's attributes, without the explanation."""
        known = (
            (semconv.GEN_AI_EVALUATION_NAME, self.name),
            (semconv.GEN_AI_EVALUATION_SCORE_VALUE, None if self.score_value is None else float(self.score_value)),
            (semconv.GEN_AI_EVALUATION_SCORE_LABEL, self.score_label),
            (semconv.ERROR_TYPE, self.error_type),
            (semconv.GEN_AI_RESPONSE_ID, self.response_id),
        )
        return {name: value for name, value in known if value is not None}


@dataclass(frozen=True)
class Evaluated:
    """What was evaluated: a span, or with its root span a whole trace."""

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    version: ActiveVersion | None = None
    """The version that the span belongs to."""

    def context(self) -> Context:
        """A context in which the span is current.

        Raises:
            InvalidArgumentError: an id is not hexadecimal digits, or zero.
        """
        ids = SpanContext(
            _number(self.trace_id), _number(self.span_id), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)
        )
        if not ids.is_valid:
            raise InvalidArgumentError(
                f"{self.trace_id!r} and {self.span_id!r} are not the ids of a trace and its span"
            )
        return set_span_in_context(NonRecordingSpan(ids), Context())


def _number(span_or_trace_id: str) -> int:
    try:
        return int(span_or_trace_id, 16)
    except ValueError:
        return 0  # which is no id


def emit_evaluation(
    result: EvaluationResult, evaluated: Evaluated, logger_provider: LoggerProvider | None = None
) -> None:
    """Send the event; it goes where the process's events go, and nowhere where none are sent.

    Args:
        result: what the evaluation found.
        evaluated: what it looked at.
        logger_provider: where to send it; the process's own where it is None.

    Raises:
        InvalidArgumentError: the span's ids are none.
    """
    attributes = result.attributes()
    if evaluated.version is not None:
        attributes |= evaluated.version.attributes
    if result.explanation is not None and current_policy().on_events:
        attributes[semconv.GEN_AI_EVALUATION_EXPLANATION] = result.explanation
    get_logger(_SCOPE, logger_provider=logger_provider).emit(
        context=evaluated.context(), event_name=semconv.EVENT_EVALUATION_RESULT, attributes=attributes
    )
