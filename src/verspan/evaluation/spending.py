"""What calls of models come to while they are made, by the spans that tell of them.

The store knows it too, once spans have arrived there; a budget has to be kept before.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from opentelemetry import trace as otel_trace
from opentelemetry.context import Context, create_key, get_current, set_value
from opentelemetry.trace import ProxyTracerProvider

from verspan import semconv
from verspan.evaluation.model import Spent
from verspan.instrumentation.guard import report
from verspan.instrumentation.handover import supplement_of_ending_span
from verspan.pricing import cost_of_call
from verspan.traces.model import CALL_OPERATIONS

_METER = create_key("verspan.evaluation.meter")


class Meter:
    """Counts the calls that are made below one context, and labels the traces that begin there."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = labels
        self._spent = Spent()
        self._told: set[int] = set()
        self._lock = threading.Lock()

    @property
    def spent(self) -> Spent:
        """What the calls that have ended came to."""
        return self._spent

    def context(self, context: Context | None = None) -> Context:
        """A context below which is counted."""
        return set_value(_METER, self, context)

    def add(self, span: Any) -> None:
        """Count a span that has ended, if it is a call; of calls inside one another the innermost counts."""
        attributes = _attributes(span)
        if attributes.get(semconv.GEN_AI_OPERATION_NAME) not in CALL_OPERATIONS:
            return
        with self._lock:
            if span.parent is not None:
                self._told.add(span.parent.span_id)
            if span.context.span_id not in self._told:
                self._spent += _spent_on(attributes, span.start_time)


@dataclass
class _Metered:
    """A trace that is counted."""

    meter: Meter
    roots: int = 0
    """How many spans are open that have no parent in this process."""


def _begins_here(span: Any) -> bool:
    """Whether a span has no parent in this process."""
    return span.parent is None or bool(span.parent.is_remote)


class MeterProcessor:
    """A span processor that tells meters of the spans below them."""

    def __init__(self) -> None:
        self._traces: dict[int, _Metered] = {}
        self._lock = threading.Lock()

    def on_start(self, span: Any, parent_context: Context | None = None) -> None:
        """Remember whose trace it is, and label it where it begins here."""
        meter = (get_current() if parent_context is None else parent_context).get(_METER)
        if isinstance(meter, Meter):
            with self._lock:
                metered = self._traces.setdefault(span.context.trace_id, _Metered(meter))
                metered.meter = meter
                metered.roots += _begins_here(span)
            if span.parent is None:
                span.set_attributes(meter.labels)

    def on_end(self, span: Any) -> None:
        """Count it; after the root, or this process's part of it, nothing more is."""
        metered = self._traces.get(span.context.trace_id)
        if metered is None:
            return
        with self._lock:
            metered.roots -= _begins_here(span)
            if metered.roots <= 0 and _begins_here(span):
                self._traces.pop(span.context.trace_id, None)
        try:
            metered.meter.add(span)
        except Exception as error:  # noqa: BLE001 - a span of somebody else's may hold anything
            report(error, "counting what a call came to")

    def _on_ending(self, span: Any) -> None:
        """The SDK's newer processors are told of a span that is about to end."""

    def shutdown(self) -> None:
        """Nothing is held."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - the SDK's signature
        """Nothing is held."""
        return True


_metered: WeakSet[Any] = WeakSet()


def meter_spans() -> None:
    """Have the process's spans counted from now on."""
    if isinstance(otel_trace.get_tracer_provider(), ProxyTracerProvider):
        from verspan.configuring import configure

        configure()
    provider: Any = otel_trace.get_tracer_provider()
    # As one of Verspan's own where the provider is: somebody else's would have to find every attribute on every span.
    add = getattr(provider, "add_own", None) or getattr(provider, "add_span_processor", None)
    if add is not None and provider not in _metered:
        _metered.add(provider)
        add(MeterProcessor())


def _attributes(span: Any) -> Mapping[str, Any]:
    """What is known of a span while it ends, be it on the span or beside it."""
    supplement = supplement_of_ending_span()
    return span.attributes if supplement is None else {**span.attributes, **supplement.attributes()}


def _spent_on(attributes: Mapping[str, Any], started_ns: int) -> Spent:
    tokens = [attributes.get(name) for name in (semconv.GEN_AI_USAGE_INPUT_TOKENS, semconv.GEN_AI_USAGE_OUTPUT_TOKENS)]
    read, written = (count if isinstance(count, int) else 0 for count in tokens)
    cost = cost_of_call(attributes, started_ns)
    unpriced = cost is None and bool(read or written)
    return Spent(1, read, written, None if cost is None else cost.usd, int(unpriced))
