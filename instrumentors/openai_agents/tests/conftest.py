"""Fixtures of the tests of the OpenAI Agents SDK's instrumentor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agents import set_default_openai_client, set_trace_processors
from openai import AsyncOpenAI
from tests.recordings.capturing import server
from tests.recordings.replay import Mount, ReplayServer

from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_openai import OpenAIInstrumentor
from verspan_openai_agents import OpenAIAgentsInstrumentor

from .model import answer

__all__ = ["server"]


@pytest.fixture(autouse=True, scope="session")
def nothing_is_sent() -> None:
    """The SDK sends its traces nowhere."""
    set_trace_processors([])


@pytest.fixture
def mount(server: ReplayServer) -> Mount:
    """A model that all agents ask."""
    mounted = server.serve(answer)
    alone = {"Connection": "close"}  # each run has a loop of its own, with which its connections end
    client = AsyncOpenAI(base_url=mounted.url, api_key="demo", max_retries=0, default_headers=alone)
    set_default_openai_client(client, use_for_tracing=False)
    return mounted


@pytest.fixture
def captured(mount: Mount, monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Telemetry of the instrumented SDK and of the instrumented client below it; an error of our own is raised."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    with capture_spans() as found:
        OpenAIInstrumentor().instrument(**found.providers)
        OpenAIAgentsInstrumentor().instrument(**found.providers)
        yield found
        OpenAIAgentsInstrumentor().uninstrument()
        OpenAIInstrumentor().uninstrument()
