"""Fixtures of the tests of Pydantic AI's instrumentor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from openai import AsyncOpenAI
from tests.recordings.capturing import server
from tests.recordings.replay import ReplayServer

from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_openai import OpenAIInstrumentor
from verspan_pydantic_ai import PydanticAIInstrumentor

from .model import answer

__all__ = ["server"]


@pytest_asyncio.fixture
async def client(server: ReplayServer) -> AsyncIterator[AsyncOpenAI]:
    """A client of a model that answers what follows from what it is asked."""
    async with AsyncOpenAI(base_url=server.serve(answer).url, api_key="demo", max_retries=0) as opened:
        yield opened


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Telemetry of the instrumented library, whose client nobody instruments; an error of our own is raised."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    with capture_spans() as found:
        PydanticAIInstrumentor().instrument(**found.providers)
        yield found
        PydanticAIInstrumentor().uninstrument()


@pytest.fixture
def captured(alone: CapturedTelemetry) -> Iterator[CapturedTelemetry]:
    """The same with the instrumented client below it."""
    OpenAIInstrumentor().instrument(**alone.providers)
    yield alone
    OpenAIInstrumentor().uninstrument()
