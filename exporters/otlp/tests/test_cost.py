"""Cost on spans that leave."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan.pricing import TokenUsage, price
from verspan_otlp.cost import with_cost

START_NS = 1_750_000_000_000_000_000
CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.response.model": "gpt-4o-mini",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
    "gen_ai.usage.cache_read.input_tokens": 400,
}


def _ended(attributes: dict[str, Any]) -> ReadableSpan:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(span_limits=SpanLimits(max_events=1), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    span = provider.get_tracer("support").start_span("chat", attributes=attributes, start_time=START_NS)
    span.add_event("dropped")
    span.add_event("kept")
    span.end()
    return exporter.get_finished_spans()[0]


def test_priced() -> None:
    """A model call leaves with its cost and the price list's version; the span itself is not altered."""
    span = _ended(CALL)
    usage = TokenUsage(1000, 100, cache_read_input_tokens=400)
    cost = price("openai", "gpt-4o-mini", usage, START_NS)

    priced = with_cost(span)

    assert cost is not None
    assert dict(span.attributes or {}) == CALL
    assert dict(priced.attributes or {}) == {
        **CALL,
        "verspan.cost.usd": cost.usd,
        "verspan.cost.price_version": cost.price_version,
    }
    assert (priced.context, priced.events, priced.resource, priced.start_time, priced.end_time) == (
        span.context,
        span.events,
        span.resource,
        span.start_time,
        span.end_time,
    )
    assert (priced.dropped_events, priced.dropped_attributes, priced.dropped_links) == (1, 0, 0)


@pytest.mark.parametrize(
    "attributes",
    [
        {"http.request.method": "POST"},
        {**CALL, "verspan.cost.usd": 0.5},
        {**CALL, "gen_ai.response.model": "a-model-of-nobody"},
        {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.response.model": "gpt-4o-mini"},
        {**CALL, "gen_ai.operation.name": "invoke_agent"},
        {**CALL, "gen_ai.usage.input_tokens": "many"},
    ],
    ids=["no model call", "priced already", "unknown model", "no usage", "sum of calls", "usage of another type"],
)
def test_left_alone(attributes: dict[str, Any]) -> None:
    """A span without a known price, or with a cost of its own, is sent as it is."""
    span = _ended(attributes)

    assert with_cost(span) is span
