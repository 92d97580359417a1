"""Fixtures of the Cohere instrumentor's tests."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.capturing import instrumented_by, server

from verspan_cohere import CohereInstrumentor

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of older clients pydantic warns that they are old
    import cohere  # noqa: F401 - here, so that nobody else is the first to import it

__all__ = ["server", "spans"]


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans of an instrumented client, content on them; an error of our own is raised."""
    with instrumented_by(CohereInstrumentor()) as exporter:
        yield exporter
