"""The TracerProvider of an application that has none of its own."""

from __future__ import annotations

from collections.abc import Callable

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider


class OwnTracerProvider(TracerProvider):
    """The SDK's provider, which knows whether anybody but Verspan reads its spans."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource=resource, shutdown_on_exit=False)  # whoever makes it shuts it down
        self.read_by_others = False
        """Whether somebody else has added a span processor."""
        self._told: Callable[[], None] | None = None

    def add_own(self, processor: SpanProcessor) -> None:
        """Add a processor of Verspan's."""
        super().add_span_processor(processor)

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        """Add a processor of anybody else's, who may read any attribute when a span ends."""
        self.read_by_others = True
        if self._told is not None:
            self._told()
        super().add_span_processor(span_processor)

    def tell_when_read_by_others(self, told: Callable[[], None]) -> None:
        """Have a function called before a processor of somebody else's is added."""
        self._told = told
