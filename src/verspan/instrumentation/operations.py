"""Steps that are no model calls: agents, workflows, tools, retrievals, memories, as frameworks tell of them.

A step has a span from its beginning to its end, in which model calls of the instrumented clients find their parent.
What it says is content under the same policy as a call's. Tokens that a framework adds up may stand on the span of an
agent, by the conventions; whoever sums up counts those of the model calls below it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from opentelemetry.context import Context, create_key, get_current, get_value, set_value
from opentelemetry.trace import INVALID_SPAN, Link, Span, SpanKind, set_span_in_context

from verspan import semconv
from verspan.context import active_version
from verspan.instrumentation import abandoned
from verspan.instrumentation.attributes import usage_attributes
from verspan.instrumentation.calls import ToldFailure, Usage
from verspan.instrumentation.failures import error_type, record_failure, record_told_failure
from verspan.instrumentation.guard import report
from verspan.instrumentation.handover import ReadyContent, end_span
from verspan.instrumentation.messages import Message, Part, ToolDefinition
from verspan.instrumentation.operation_metrics import DurationMetric, metric_of
from verspan.instrumentation.policy import current_policy
from verspan.instrumentation.serialising import cut_text, to_json
from verspan.instrumentation.telemetry import Telemetry
from verspan.redaction.active import content_text, redacted_attributes, redacted_text

_RUN = create_key("verspan.operation")


@dataclass(frozen=True)
class Operation:
    """What is known of a step when it begins, and what samplers may look at."""

    operation_name: str
    """By the conventions: ``invoke_agent``, ``invoke_workflow``, ``execute_tool``, ``retrieval``, and so on."""
    name: str | None = None
    """Whose it is: the agent's, the tool's, the workflow's name; the span is named after both."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Further attributes, by the names of :mod:`verspan.semconv`; none of them content."""
    kind: SpanKind = SpanKind.INTERNAL
    links: Sequence[Link] = ()
    """Spans that it has to do with and that are not its parent."""

    @property
    def metric(self) -> DurationMetric:
        """What its duration is measured by."""
        return metric_of(self.operation_name)

    @property
    def span_name(self) -> str:
        """The operation, and whose it is where that is known."""
        return f"{self.operation_name} {self.name}" if self.name else self.operation_name

    def known(self) -> dict[str, Any]:
        """The attributes that the span starts with."""
        found = {semconv.GEN_AI_OPERATION_NAME: self.operation_name}
        attribute = _NAMED_BY.get(self.operation_name)
        if attribute is not None and self.name:
            found[attribute] = self.name
        return {**found, **self.attributes}


_NAMED_BY = {
    "invoke_agent": semconv.GEN_AI_AGENT_NAME,
    "create_agent": semconv.GEN_AI_AGENT_NAME,
    "plan": semconv.GEN_AI_AGENT_NAME,
    "invoke_workflow": semconv.GEN_AI_WORKFLOW_NAME,
    "execute_tool": semconv.GEN_AI_TOOL_NAME,
    "retrieval": semconv.GEN_AI_DATA_SOURCE_ID,
}


class OperationRun:
    """One step from its beginning to its end, which comes once, whoever tells of it first.

    None of its methods raises into the application. A run that is dropped without an end is ended by the garbage
    collector.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        operation: Operation,
        parent: Context | None = None,
        *,
        started_ago_s: float = 0.0,
    ) -> None:
        """Begin a step.

        Args:
            telemetry: of the instrumentor.
            operation: what it is.
            parent: the context that holds its parent; the current one where it is None.
            started_ago_s: how many seconds ago it began, where it is told only now.
        """
        self.operation = operation
        self._telemetry = telemetry
        self._policy = current_policy()
        self._started_at = perf_counter() - started_ago_s
        self._content: dict[str, bytes] = {}
        self._error_type: str | None = None
        self._dropped_at: int | None = None
        # Taking the only element of a list is atomic, which makes the first of several finishers the only one.
        self._open = [True]
        parent = get_current() if parent is None else parent
        self._version = active_version(parent)
        self.span = self._start(parent, started_ago_s)
        self.context = set_value(_RUN, self, set_span_in_context(self.span, parent))
        """The OpenTelemetry context in which this step is the current one."""
        self._recorded = self.span.is_recording()
        abandoned.watch()

    @property
    def captures(self) -> bool:
        """Whether what the step says is wanted; where not, there is no use in putting it together."""
        return self._recorded and self._policy.captures

    @property
    def finished(self) -> bool:
        """Whether the span has ended."""
        return not self._open

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set attributes that are no content; those that are None are left out."""
        try:
            known = {name: value for name, value in attributes.items() if value is not None}
            self.span.set_attributes(redacted_attributes(known))
        except Exception as error:  # noqa: BLE001 - the span lacks them, the application goes on
            report(error, "setting attributes of a step")

    def set_usage(self, usage: Usage) -> None:
        """Set the tokens that the framework says the whole step took."""
        self.set_attributes(usage_attributes(usage))

    def say(self, name: str, value: Any) -> None:
        """Keep content by the name of its attribute, under the content policy.

        Args:
            name: one of :data:`verspan.semconv.CONTENT_ATTRIBUTES`.
            value: anything JSON has a form for; what it has none for is given by its ``repr``.
        """
        if not self.captures:
            return
        try:
            document = to_json(value)
            if self._policy.on_spans:
                self.span.set_attribute(name, content_text(document))
            else:
                self._content[name] = document
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "keeping what a step says")

    def say_text(self, name: str, text: str) -> None:
        """Keep a text as it is, under the content policy, where the conventions want no JSON."""
        if not self.captures:
            return
        try:
            if self._policy.on_spans:
                self.span.set_attribute(name, cut_text(redacted_text(text)))
            else:
                self._content[name] = cut_text(text).encode("utf-8", "replace")
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "keeping what a step says")

    def say_input(self, messages: Sequence[Message]) -> None:
        """Keep the messages that an agent, workflow or model was given."""
        self.say(semconv.GEN_AI_INPUT_MESSAGES, messages)

    def say_output(self, messages: Sequence[Message]) -> None:
        """Keep the messages that it answered."""
        self.say(semconv.GEN_AI_OUTPUT_MESSAGES, messages)

    def say_instructions(self, parts: Sequence[Part]) -> None:
        """Keep an agent's instructions."""
        self.say(semconv.GEN_AI_SYSTEM_INSTRUCTIONS, parts)

    def say_tools(self, definitions: Sequence[ToolDefinition]) -> None:
        """Keep the tools that an agent may use."""
        self.say(semconv.GEN_AI_TOOL_DEFINITIONS, definitions)

    def say_arguments(self, arguments: Any) -> None:
        """Keep what a tool was called with."""
        self.say(semconv.GEN_AI_TOOL_CALL_ARGUMENTS, arguments)

    def say_result(self, result: Any) -> None:
        """Keep what a tool gave."""
        self.say(semconv.GEN_AI_TOOL_CALL_RESULT, result)

    def tell_failure(self, kind: str, message: str | None = None) -> None:
        """Take note of a failure that came as an answer and not as an exception.

        Args:
            kind: a code of few values, for ``error.type``.
            message: what is said of it, which is content.
        """
        try:
            self._error_type = kind
            told = ToldFailure(kind, message)
            on_span = self._policy.on_spans
            self._content.update(record_told_failure(self.span, told, told=self.captures, on_span=on_span))
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "recording the failure of a step")

    def finish(self, failure: BaseException | None = None) -> None:
        """End the span, the first time it is called.

        Args:
            failure: what the step raised, cancellation and interrupts included; None where it raised nothing.
        """
        try:
            self._open.pop()
        except IndexError:
            return
        try:
            if failure is not None:
                self._take_failure(failure)
            duration = perf_counter() - self._started_at
            self._telemetry.operations.record(self.operation, duration, self._error_type, self._version)
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "finishing a step")
        try:
            end_span(self.span, ReadyContent(self._content) if self._content else None, self._dropped_at)
        except Exception as error:  # noqa: BLE001 - a processor of somebody else's may raise
            report(error, "ending a span")

    def __del__(self) -> None:
        """End a step that nobody can end any more."""
        if getattr(self, "_open", None):
            self._dropped_at = time.time_ns()
            abandoned.finish_later(self)

    def _start(self, parent: Context, started_ago_s: float) -> Span:
        operation = self.operation
        try:
            return self._telemetry.tracer.start_span(
                redacted_text(operation.span_name),
                parent,
                kind=operation.kind,
                attributes=redacted_attributes(operation.known()),
                links=operation.links,
                start_time=time.time_ns() - int(started_ago_s * 1e9) if started_ago_s else None,
            )
        except Exception as error:  # noqa: BLE001 - a sampler or a processor of somebody else's may raise
            report(error, "starting a span")
            return INVALID_SPAN

    def _take_failure(self, failure: BaseException) -> None:
        self._error_type = error_type(failure)
        if not self._recorded:
            return
        self.span.set_attribute(semconv.ERROR_TYPE, self._error_type)
        recorded = record_failure(self.span, failure, told=self.captures, on_span=self._policy.on_spans)
        if not self._policy.on_spans:
            self._content.update(recorded.kept)


def current_run(context: Context | None = None) -> OperationRun | None:
    """The innermost step that the current context, or another, is in; None where it is in none or it has ended.

    What instruments the same step from below adds to its span instead of making a second one.
    """
    run = get_value(_RUN, context)
    return run if isinstance(run, OperationRun) and not run.finished else None


def measure(telemetry: Telemetry, operation: Operation, seconds: float, error_type: str | None = None) -> None:
    """Measure a step that has no span of its own, under the active version.

    Args:
        telemetry: of the instrumentor.
        operation: what it was.
        seconds: how long it took.
        error_type: how it failed; None where it did not.
    """
    telemetry.operations.record(operation, seconds, error_type, active_version())
