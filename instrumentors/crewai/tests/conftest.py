"""Fixtures of the CrewAI instrumentor's tests; CrewAI's own telemetry and questions are off, and ours is not."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ |= {"CREWAI_DISABLE_TELEMETRY": "true", "CREWAI_TRACING_ENABLED": "false", "CREWAI_TESTING": "true"}
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of CrewAI's imports, and of the OpenTelemetry that the oldest is content with
    from tests.recordings.replay import Mount, ReplayServer

    from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
    from verspan.testing import CapturedTelemetry, capture_spans
    from verspan_crewai import CrewAIInstrumentor
    from verspan_openai import OpenAIInstrumentor

    from .models import answer


@pytest.fixture(scope="session")
def server() -> Iterator[ReplayServer]:
    """A server that speaks as OpenAI's does."""
    with ReplayServer() as running:
        yield running


@pytest.fixture
def mount(server: ReplayServer) -> Mount:
    """An address of this test's own."""
    return server.serve(answer)


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[CapturedTelemetry]:
    """Telemetry in memory of CrewAI and of the client below it; an error of our own is raised."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    monkeypatch.setenv("CREWAI_STORAGE_DIR", str(tmp_path))
    with capture_spans() as captured:
        OpenAIInstrumentor().instrument(**captured.providers)
        CrewAIInstrumentor().instrument(**captured.providers)
        yield captured
        CrewAIInstrumentor().uninstrument()
        OpenAIInstrumentor().uninstrument()
