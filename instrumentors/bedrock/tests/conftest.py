"""Fixtures of the Bedrock instrumentor's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.capturing import instrumented_by, server

from verspan_bedrock import BedrockInstrumentor

__all__ = ["server"]


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans of an instrumented client."""
    with instrumented_by(BedrockInstrumentor()) as exporter:
        yield exporter
