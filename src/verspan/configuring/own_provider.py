"""The TracerProvider of an application that has none of its own."""

from __future__ import annotations

import os
from collections.abc import Callable

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, StaticSampler, TraceIdRatioBased

from verspan.configuring.call_spans import CallSpans

_SAMPLERS_BLIND_TO_ATTRIBUTES = (StaticSampler, TraceIdRatioBased, ParentBased)
"""The SDK's own, which the environment chooses among."""


def _has_limits() -> bool:
    """Whether the environment limits what spans hold, by a variable such as ``OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT``."""
    return any(name.startswith("OTEL_") and name.endswith("_LIMIT") for name, value in os.environ.items() if value)


class OwnTracerProvider(TracerProvider):
    """The SDK's provider, which knows whether anybody but Verspan reads its spans."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource=resource, shutdown_on_exit=False)  # whoever makes it shuts it down
        # Of another sampler it cannot be known what it looks at, and limits are for the SDK's own spans to keep.
        self.read_by_others = not isinstance(self.sampler, _SAMPLERS_BLIND_TO_ATTRIBUTES) or _has_limits()
        """Whether somebody else reads attributes: a span processor that is not Verspan's, the sampler, or limits."""
        self._told: Callable[[], None] | None = None
        self._own: list[SpanProcessor] = []

    def add_own(self, processor: SpanProcessor) -> None:
        """Add a processor of Verspan's."""
        self._own.append(processor)
        super().add_span_processor(processor)

    def call_spans(self) -> CallSpans:
        """What makes spans for Verspan's own processors, with this provider's sampler, ids and resource."""
        return CallSpans(self.sampler, self.id_generator, self.resource, self._own)

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        """Add a processor of anybody else's, who may read any attribute when a span ends."""
        self.read_by_others = True
        if self._told is not None:
            self._told()
        super().add_span_processor(span_processor)

    def tell_when_read_by_others(self, told: Callable[[], None]) -> None:
        """Have a function called before a processor of somebody else's is added."""
        self._told = told
