"""Fixtures of the OpenAI instrumentor's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan.instrumentation.policy import Policy, current_policy, set_policy
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.settings import ContentMode
from verspan_openai import OpenAIInstrumentor

from .replay import ReplayServer


@pytest.fixture(scope="session")
def server() -> Iterator[ReplayServer]:
    """A server that answers with whatever a test mounts on it."""
    with ReplayServer() as running:
        yield running


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """The spans of an instrumented client, content on them; an error of our own is raised."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    before = current_policy()
    set_policy(Policy(content=ContentMode.SPAN_ONLY))
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    yield exporter
    OpenAIInstrumentor().uninstrument()
    set_policy(before)
    provider.shutdown()
