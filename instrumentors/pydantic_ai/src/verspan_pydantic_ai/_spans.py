"""What Pydantic AI takes for a span: a step, a model's call, or nothing that the conventions know."""

from __future__ import annotations

import sys
from asyncio import CancelledError
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext, StatusCode, get_current_span, set_span_in_context

from verspan.instrumentation.expected_calls import ExpectedCall
from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import OperationRun
from verspan.instrumentation.telemetry import Telemetry
from verspan_pydantic_ai._reading import MODEL_CALLS, describe, operation_name, tell


class StepSpan(Span):
    """Collects what the library says, and says it by the conventions when it ends.

    A call of a model has a span of its own only where none of a client's begins inside it.
    """

    def __init__(
        self, telemetry: Telemetry, name: str, attributes: Mapping[str, Any], parent: Context, *, told: bool
    ) -> None:
        """Begin.

        Args:
            telemetry: of the instrumentor.
            name: what the library calls it.
            attributes: what it knows already.
            parent: the context that it begins in.
            told: whether anything is to be told at all.
        """
        self.attributes = dict(attributes)
        """What the library has said so far, in its own words."""
        self._telemetry = telemetry
        self._parent = parent
        self._started_at = perf_counter()
        self._operation = operation_name(name, attributes) if told else None
        self._expected: ExpectedCall | None = None
        self._run: OperationRun | None = None
        self._failure: BaseException | None = None
        self._told_failure: tuple[str | None] | None = None
        self._ended = False
        self.context = set_span_in_context(self, self._begin())
        """The context in which it is current."""

    @property
    def step(self) -> OperationRun | None:
        """The innermost step that it is, or is in."""
        around = get_current_span(self._parent)
        return self._run if self._run is not None or not isinstance(around, StepSpan) else around.step

    def get_span_context(self) -> SpanContext:
        """That of its own span, or of the one around it where it has none."""
        return (get_current_span(self._parent) if self._run is None else self._run.span).get_span_context()

    def is_recording(self) -> bool:
        """Whether anything said from now on is told to anybody."""
        if self._ended:
            return False
        if self._expected is not None:
            return not self._expected.seen
        return self._run is not None and self._run.span.is_recording()

    def set_attribute(self, key: str, value: Any) -> None:
        """Take note of it."""
        self.attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Take note of them."""
        self.attributes.update(attributes)

    def add_event(self, name: str, attributes: Any = None, timestamp: int | None = None) -> None:
        """Nothing: the conventions have no events for what the library tells in them."""

    def add_link(self, context: SpanContext, attributes: Any = None) -> None:
        """Nothing, likewise."""

    def update_name(self, name: str) -> None:
        """Nothing: the name follows from the operation and what it is done by."""

    def set_status(self, status: Any, description: str | None = None) -> None:
        """Take note of a failure."""
        code = getattr(status, "status_code", status)
        if code is StatusCode.ERROR:
            self._told_failure = (getattr(status, "description", None) or description,)

    def record_exception(self, exception: BaseException, *_args: Any, **_options: Any) -> None:
        """Take note of what was raised."""
        self._failure = exception

    def end(self, end_time: int | None = None) -> None:
        """End it, the first time it is called."""
        del end_time
        if self._ended:
            return
        self._ended = True
        try:
            run = self._last_run()
            if run is None:
                return
            tell(run, self.attributes)
            failure = self._failure or _cancellation()
            if self._told_failure is not None and failure is None:
                run.tell_failure("_OTHER", *self._told_failure)
            run.finish(failure)
        except Exception as error:  # noqa: BLE001 - the span lacks something, the application goes on
            report(error, "ending a step of Pydantic AI")

    def _begin(self) -> Context:
        if self._operation is None:
            return self._parent
        inside = MODEL_CALLS.get(self._operation)
        if inside is not None:
            self._expected = ExpectedCall(None, self._parent, inside)
            return self._expected.context
        operation = describe(self._operation, self.attributes, self.step)
        self._run = OperationRun(self._telemetry, operation, self._parent)
        return self._run.context

    def _last_run(self) -> OperationRun | None:
        """What the end is told to: of a model's call that no client has told of, a run that begins only now."""
        if self._operation is None or self._expected is None or self._expected.seen:
            return self._run
        operation = describe(self._operation, self.attributes)
        return OperationRun(self._telemetry, operation, self._parent, started_ago_s=perf_counter() - self._started_at)


def _cancellation() -> BaseException | None:
    """The cancellation that a step is being ended by, which the library does not record."""
    raised = sys.exc_info()[1]
    return raised if isinstance(raised, CancelledError) else None
