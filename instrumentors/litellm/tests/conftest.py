"""Fixtures of the LiteLLM instrumentor's tests."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.capturing import instrumented_by, server

from verspan_litellm import LiteLLMInstrumentor
from verspan_openai import OpenAIInstrumentor

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or its import asks a server for prices
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import litellm

__all__ = ["server"]


def pytest_configure(config: pytest.Config) -> None:
    """LiteLLM warns of its own use of other packages, and leaves its clients open: that is no failure here."""
    config.addinivalue_line("filterwarnings", "ignore")


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """LiteLLM does what it is asked once, and says no more than that."""
    monkeypatch.setattr(litellm, "suppress_debug_info", True)
    monkeypatch.setattr(litellm, "num_retries", 0)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans of LiteLLM and of the client of OpenAI that it calls, both instrumented."""
    with instrumented_by(LiteLLMInstrumentor(), OpenAIInstrumentor()) as exporter:
        yield exporter
