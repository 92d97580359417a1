"""What a model call cost, put on the span that is sent, so that a backend which knows no prices shows it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from verspan import semconv
from verspan.pricing import TokenUsage, price
from verspan.traces.model import Cost

_logger = logging.getLogger(__name__)


def with_cost(span: ReadableSpan) -> ReadableSpan:
    """A copy of a model call's span with its cost; the span itself where it has one already or none is known."""
    attributes = span.attributes or {}
    if semconv.GEN_AI_PROVIDER_NAME not in attributes or semconv.VERSPAN_COST_USD in attributes:
        return span
    try:
        cost = _cost(attributes, span.start_time or 0)
    except Exception:
        _logger.debug("the span %r has no cost", span.name, exc_info=True)
        return span
    return span if cost is None else _PricedSpan(span, cost)


def _cost(attributes: Mapping[str, Any], start_ns: int) -> Cost | None:
    model = attributes.get(semconv.GEN_AI_RESPONSE_MODEL) or attributes.get(semconv.GEN_AI_REQUEST_MODEL)
    if not model or semconv.GEN_AI_USAGE_INPUT_TOKENS not in attributes:
        return None
    usage = TokenUsage(
        input_tokens=attributes[semconv.GEN_AI_USAGE_INPUT_TOKENS],
        output_tokens=attributes.get(semconv.GEN_AI_USAGE_OUTPUT_TOKENS, 0),
        cache_read_input_tokens=attributes.get(semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, 0),
        cache_write_input_tokens=attributes.get(semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, 0),
        audio_input_tokens=attributes.get(semconv.GEN_AI_USAGE_AUDIO_INPUT_TOKENS, 0),
        audio_output_tokens=attributes.get(semconv.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS, 0),
    )
    provider = attributes[semconv.GEN_AI_PROVIDER_NAME]
    tier = attributes.get(semconv.OPENAI_RESPONSE_SERVICE_TIER)
    return price(provider, model, usage, start_ns, service_tier=tier)


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
