"""Fixtures of the Anthropic instrumentor's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.capturing import instrumented_by, server

from verspan_anthropic import AnthropicInstrumentor

__all__ = ["server"]


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans of an instrumented client."""
    with instrumented_by(AnthropicInstrumentor()) as exporter:
        yield exporter
