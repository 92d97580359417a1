"""What tests of every client stand on: a server of recordings, and the spans of the instrumented client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.replay import ReplayServer

from verspan.instrumentation.instrumentor import BaseInstrumentor
from verspan.instrumentation.policy import Policy, current_policy, set_policy
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.settings import ContentMode


@pytest.fixture(scope="session")
def server() -> Iterator[ReplayServer]:
    """A server that answers with whatever a test mounts on it; a member's ``conftest.py`` imports it."""
    with ReplayServer() as running:
        yield running


@contextmanager
def instrumented_by(*instrumentors: BaseInstrumentor) -> Iterator[InMemorySpanExporter]:
    """The spans of instrumented clients while the block runs, content on them; an error of our own is raised."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    before = current_policy()
    set_policy(Policy(content=ContentMode.SPAN_ONLY))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        for instrumentor in instrumentors:
            instrumentor.instrument(tracer_provider=provider)
        yield exporter
        for instrumentor in instrumentors:
            instrumentor.uninstrument()
    set_policy(before)
    provider.shutdown()
