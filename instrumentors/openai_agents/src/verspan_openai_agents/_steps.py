"""The steps that are under way: which of the SDK's traces and spans has which span of ours."""

from __future__ import annotations

import sys
from asyncio import CancelledError
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from opentelemetry.context import Context, get_current
from opentelemetry.instrumentation.utils import is_instrumentation_enabled
from opentelemetry.trace import set_span_in_context

from verspan.instrumentation.expected_calls import ExpectedCall
from verspan.instrumentation.operations import OperationRun
from verspan.instrumentation.telemetry import Telemetry
from verspan_openai_agents._describing import describe, is_model_call
from verspan_openai_agents._model_calls import ModelCall, read_model_call
from verspan_openai_agents._outcomes import tell_outcome


@dataclass(eq=False)
class Step:
    """One of the SDK's traces or spans, from its beginning to its end."""

    context: Context
    """What is current while the SDK's span is."""
    around: Step | None
    """The one that it belongs to."""
    run: OperationRun | None = None
    """Its span; None for a model call, whose span is the client's, and for what has none."""
    expected: ExpectedCall | None = None
    """Of a model call."""
    in_flight: BaseException | None = field(default_factory=lambda: sys.exc_info()[1])
    """What was being handled when it began, and so is no failure of its own."""
    started_at: float = field(default_factory=perf_counter)
    asked: bool = False
    """Whether a model has been asked, and so what the step was given is known."""

    @property
    def owner(self) -> Step | None:
        """The innermost step around, itself included, that has a span."""
        return self if self.run is not None or self.around is None else self.around.owner

    def failure(self, told: Any) -> BaseException | None:
        """What the step is being left by; None where it is left in order, or because nobody reads on.

        Args:
            told: the SDK's trace or span, which may say why it was cancelled.
        """
        raised = sys.exc_info()[1]
        explained = isinstance(raised, CancelledError) and getattr(told, "error", None)
        return None if raised is self.in_flight or explained or isinstance(raised, GeneratorExit) else raised


class Steps:
    """The steps of one instrumentation, each kept as long as the SDK keeps what it is for."""

    def __init__(self, telemetry: Telemetry) -> None:
        self.active = True
        self._telemetry = telemetry
        self._begun: WeakKeyDictionary[Any, Step] = WeakKeyDictionary()
        self._by_id: WeakValueDictionary[str, Step] = WeakValueDictionary()

    def switch_off(self) -> None:
        """Begin none any more; those under way are ended."""
        self.active = False

    def context_of(self, told: Any) -> Context | None:
        """The context of one of the SDK's traces or spans; None where it has none."""
        step = self._begun.get(told) if told is not None else None
        return None if step is None else step.context

    def begin(self, told: Any) -> None:
        """Begin a step.

        Args:
            told: the SDK's trace or span that begins.
        """
        if not self.active or not is_instrumentation_enabled():
            return
        around = self._by_id.get(getattr(told, "parent_id", None) or told.trace_id)
        step = self._start(told, around, self._parent(told, around))
        self._begun[told] = step
        self._by_id[getattr(told, "span_id", told.trace_id)] = step

    def end(self, told: Any) -> None:
        """End a step, as it turned out.

        Args:
            told: the SDK's trace or span that ends.
        """
        step = self._begun.get(told)
        if step is None:
            return
        if step.expected is not None:
            self._end_model_call(told, step, step.expected)
        elif step.run is not None:
            tell_outcome(told, step.run)
            step.run.finish(step.failure(told))

    def _start(self, told: Any, around: Step | None, parent: Context) -> Step:
        if is_model_call(told):
            expected = ExpectedCall(None, parent)  # and not what is told of, which would then never go
            return Step(expected.context, around, expected=expected)
        operation = describe(told, _run_of(around))
        if operation is None:
            return Step(parent, around)
        run = OperationRun(self._telemetry, operation, parent)
        return Step(run.context, around, run)

    def _parent(self, told: Any, around: Step | None) -> Context:
        """The current context, unless the SDK was told of another parent than the current one."""
        from agents.tracing import get_current_span  # here: it is there when it tells of something

        current = get_current_span()
        current_id = None if current is None else current.span_id
        if around is None or current_id == getattr(told, "parent_id", None):
            return get_current()
        run = _run_of(around)
        return get_current() if run is None else set_span_in_context(run.span)

    def _end_model_call(self, told: Any, step: Step, expected: ExpectedCall) -> None:
        call = read_model_call(told.span_data)
        owner = step.owner
        run = None if owner is None else owner.run
        if owner is not None and call.asked is not None:
            _say_turn(owner, call)
        if not expected.seen:
            began = perf_counter() - step.started_at
            parent = get_current() if run is None or run.finished else run.context
            call.record(
                OperationRun(self._telemetry, call.operation(), parent, started_ago_s=began), step.failure(told)
            )


def _say_turn(step: Step, call: ModelCall) -> None:
    """Tell an agent, and the workflow that it is part of, what it was given first and answered last."""
    run = step.run
    if run is None or run.operation.operation_name not in ("invoke_agent", "invoke_workflow"):
        return
    if run.captures:
        if not step.asked:
            step.asked = True
            call.say_input(run, instructions=run.operation.operation_name == "invoke_agent")
        call.say_output(run)
    outer = None if step.around is None else step.around.owner
    if outer is not None:
        _say_turn(outer, call)


def _run_of(step: Step | None) -> OperationRun | None:
    owner = None if step is None else step.owner
    return None if owner is None else owner.run
