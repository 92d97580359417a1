"""What a model call cost, put on the span that is sent, so that a backend which knows no prices shows it."""

from __future__ import annotations

from opentelemetry.sdk.trace import ReadableSpan

from verspan import semconv
from verspan.pricing import cost_of_call
from verspan.span_copies import SpanCopy
from verspan.traces.model import CALL_OPERATIONS


def with_cost(span: ReadableSpan) -> ReadableSpan:
    """A copy of a model call's span with its cost; the span itself where it has one already or none is known."""
    attributes = span.attributes or {}
    operation = attributes.get(semconv.GEN_AI_OPERATION_NAME)
    if not isinstance(operation, str) or operation not in CALL_OPERATIONS or semconv.VERSPAN_COST_USD in attributes:
        return span
    cost = cost_of_call(attributes, span.start_time or 0)
    if cost is None:
        return span
    priced = {semconv.VERSPAN_COST_USD: cost.usd, semconv.VERSPAN_COST_PRICE_VERSION: cost.price_version}
    return SpanCopy(span, attributes={**attributes, **priced})
