"""What a model call cost, put on the span that is sent, so that a backend which knows no prices shows it."""

from __future__ import annotations

from opentelemetry.sdk.trace import ReadableSpan

from verspan import semconv
from verspan.pricing import cost_of_call
from verspan.traces.model import CALL_OPERATIONS, Cost


def with_cost(span: ReadableSpan) -> ReadableSpan:
    """A copy of a model call's span with its cost; the span itself where it has one already or none is known."""
    attributes = span.attributes or {}
    operation = attributes.get(semconv.GEN_AI_OPERATION_NAME)
    if not isinstance(operation, str) or operation not in CALL_OPERATIONS or semconv.VERSPAN_COST_USD in attributes:
        return span
    cost = cost_of_call(attributes, span.start_time or 0)
    return span if cost is None else _PricedSpan(span, cost)


class _PricedSpan(ReadableSpan):
    """A copy, since other processors hold the span itself; what was dropped is still counted as the original counts."""

    def __init__(self, span: ReadableSpan, cost: Cost) -> None:
        super().__init__(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes={
                **(span.attributes or {}),
                semconv.VERSPAN_COST_USD: cost.usd,
                semconv.VERSPAN_COST_PRICE_VERSION: cost.price_version,
            },
            events=span.events,
            links=span.links,
            kind=span.kind,
            status=span.status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )
        self._original = span

    @property
    def dropped_attributes(self) -> int:
        return self._original.dropped_attributes

    @property
    def dropped_events(self) -> int:
        return self._original.dropped_events

    @property
    def dropped_links(self) -> int:
        return self._original.dropped_links
