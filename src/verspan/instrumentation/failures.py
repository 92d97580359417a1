"""What a span says of an exception, under the content policy.

A provider's message may quote what was asked, and a stack trace holds lines of the application, so both are content
like the messages themselves. The type is not.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass

from opentelemetry.trace import Span, Status, StatusCode

from verspan import semconv
from verspan.instrumentation.calls import ToldFailure
from verspan.instrumentation.serialising import cut_text
from verspan.redaction.active import redacted_attributes, redacted_text


def error_type(failure: BaseException) -> str:
    """``error.type``: the provider's code where the exception has one as AWS's clients do, else its class's name."""
    response = getattr(failure, "response", None)
    code = response.get("Error", {}).get("Code") if type(response) is dict else None
    return code if isinstance(code, str) and code else type(failure).__qualname__


def exception_type(failure: BaseException) -> str:
    """``exception.type``: the same with its module, unless it is Python's own."""
    kind = type(failure)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def exception_texts(failure: BaseException) -> dict[str, str]:
    """Message and stack trace by attribute name, redacted and within the size of an attribute."""
    texts = {
        semconv.EXCEPTION_MESSAGE: _message(failure),
        semconv.EXCEPTION_STACKTRACE: "".join(traceback.format_exception(failure)),
    }
    return {name: cut_text(text) for name, text in redacted_attributes(texts).items()}


@dataclass(frozen=True)
class RecordedFailure:
    """What was recorded of a failure."""

    event: Mapping[str, str]
    """The attributes of the span's exception event."""
    told: Mapping[str, str]
    """Message and stack trace, which are content; empty where content goes nowhere."""

    @property
    def kept(self) -> dict[str, bytes]:
        """Message and stack trace for whoever keeps content beside the span."""
        return {name: text.encode("utf-8", "replace") for name, text in self.told.items()}


def record_failure(span: Span, failure: BaseException, *, told: bool, on_span: bool) -> RecordedFailure:
    """Set a span's status and add its exception event.

    Args:
        span: the span.
        failure: what was raised.
        told: whether message and stack trace may go anywhere.
        on_span: whether they may be on the span itself.
    """
    said = exception_texts(failure) if told else {}
    event = {semconv.EXCEPTION_TYPE: exception_type(failure), **(said if on_span else {})}
    description = said.get(semconv.EXCEPTION_MESSAGE) if on_span else None
    span.set_status(Status(StatusCode.ERROR, error_type(failure) if description is None else description))
    span.add_event(semconv.EXCEPTION_EVENT, event)
    return RecordedFailure(event, said)


def record_told_failure(span: Span, failure: ToldFailure, *, told: bool, on_span: bool) -> dict[str, bytes]:
    """Set the status of a span whose failure came as an answer.

    Args:
        span: the span.
        failure: what the provider told.
        told: whether its message may go anywhere.
        on_span: whether it may be on the span itself.

    Returns:
        The message for whoever keeps content beside the span.
    """
    span.set_attribute(semconv.ERROR_TYPE, failure.kind)
    message = cut_text(redacted_text(failure.message)) if told and failure.message else None
    if on_span:
        span.set_status(Status(StatusCode.ERROR, message or failure.kind))
        return {}
    span.set_status(Status(StatusCode.ERROR, failure.kind))
    return {semconv.EXCEPTION_MESSAGE: message.encode("utf-8", "replace")} if message else {}


def _message(failure: BaseException) -> str:
    try:
        return str(failure)
    except Exception:  # noqa: BLE001 - an exception of the application's may have a __str__ that fails
        return f"<{type(failure).__qualname__} without a readable message>"
