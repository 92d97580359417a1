"""Fixtures of the tests of LlamaIndex's instrumentor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from llama_index.llms.openai import OpenAI
from tests.recordings.capturing import server
from tests.recordings.chat_model import answer
from tests.recordings.replay import Mount, ReplayServer

from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_llama_index import LlamaIndexInstrumentor
from verspan_openai import OpenAIInstrumentor

from .agents import model_at

__all__ = ["server"]


@pytest.fixture
def mount(server: ReplayServer) -> Mount:
    """Where models are asked."""
    return server.serve(answer)


@pytest.fixture
def model(mount: Mount) -> OpenAI:
    """A model, made before anything is instrumented."""
    return model_at(mount.url)


@pytest.fixture
def framework(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Telemetry of the instrumented framework alone; an error of our own is raised."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    with capture_spans() as found:
        LlamaIndexInstrumentor().instrument(**found.providers)
        yield found
        LlamaIndexInstrumentor().uninstrument()


@pytest.fixture
def captured(model: OpenAI, framework: CapturedTelemetry) -> Iterator[CapturedTelemetry]:
    """The same with the client below it instrumented too."""
    OpenAIInstrumentor().instrument(**framework.providers)
    yield framework
    OpenAIInstrumentor().uninstrument()
