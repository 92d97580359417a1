"""Fixtures of the OpenAI instrumentor's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.capturing import instrumented_by

from verspan_openai import OpenAIInstrumentor

from .replay import ReplayServer


@pytest.fixture(scope="session")
def server() -> Iterator[ReplayServer]:
    """A server that answers with whatever a test mounts on it."""
    with ReplayServer() as running:
        yield running


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans of an instrumented client."""
    with instrumented_by(OpenAIInstrumentor()) as exporter:
        yield exporter
