"""Fixtures of the Google Gen AI instrumentor's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.capturing import instrumented_by, server

from verspan_google_genai import GoogleGenAIInstrumentor

__all__ = ["server", "spans"]


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans of an instrumented client, content on them; an error of our own is raised."""
    with instrumented_by(GoogleGenAIInstrumentor()) as exporter:
        yield exporter
