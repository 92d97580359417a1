"""What a model call cost, put on the span that is sent, so that a backend which knows no prices shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from verspan import semconv
from verspan.pricing import TokenUsage, price
from verspan.traces.model import CALL_OPERATIONS, Cost

_USAGE = (  # in the order of TokenUsage's fields
    semconv.GEN_AI_USAGE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_OUTPUT_TOKENS,
    semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
)


def with_cost(span: ReadableSpan) -> ReadableSpan:
    """A copy of a model call's span with its cost; the span itself where it has one already or none is known."""
    attributes = span.attributes or {}
    operation = attributes.get(semconv.GEN_AI_OPERATION_NAME)
    if not isinstance(operation, str) or operation not in CALL_OPERATIONS or semconv.VERSPAN_COST_USD in attributes:
        return span
    cost = _cost(attributes, span.start_time or 0)
    return span if cost is None else _PricedSpan(span, cost)


def _cost(attributes: Mapping[str, Any], start_ns: int) -> Cost | None:
    provider = attributes.get(semconv.GEN_AI_PROVIDER_NAME)
    usage = _usage(attributes)
    if usage is None or not isinstance(provider, str):
        return None
    tier = attributes.get(semconv.OPENAI_RESPONSE_SERVICE_TIER)
    for model in (attributes.get(semconv.GEN_AI_RESPONSE_MODEL), attributes.get(semconv.GEN_AI_REQUEST_MODEL)):
        if isinstance(model, str):
            served = tier if isinstance(tier, str) else None
            cost = price(provider, model, usage, start_ns, service_tier=served)
            if cost is not None:
                return cost
    return None


def _usage(attributes: Mapping[str, Any]) -> TokenUsage | None:
    """The call's tokens; None where it says nothing of them, or not in numbers."""
    found = [attributes.get(name) for name in _USAGE]
    if found[:2] == [None, None] or any(type(count) not in (int, type(None)) for count in found):
        return None
    return TokenUsage(*(count or 0 for count in found))


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
