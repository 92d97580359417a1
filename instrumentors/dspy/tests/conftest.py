"""Fixtures of the tests of DSPy's instrumentor."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ["DSPY_CACHEDIR"] = tempfile.mkdtemp(prefix="dspy")  # before it is imported, which makes its cache
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # and LiteLLM asks the network for nothing

import warnings

with warnings.catch_warnings():  # of what DSPy imports, in its earlier releases
    warnings.simplefilter("ignore")
    import dspy

import pytest
from opentelemetry.instrumentation.threading import ThreadingInstrumentor
from tests.recordings.capturing import server
from tests.recordings.replay import Mount, ReplayServer

from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_dspy import DSPyInstrumentor
from verspan_openai import OpenAIInstrumentor

from .model import answer

__all__ = ["server"]


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """LiteLLM warns of its own use of other packages, and leaves its clients open: that is no failure here."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """What LiteLLM leaves open is collected within the test that left it."""
    yield
    gc.collect()


@pytest.fixture
def mount(server: ReplayServer) -> Mount:
    """A model behind a server."""
    return server.serve(answer)


@pytest.fixture
def lm(mount: Mount) -> dspy.LM:
    """The model, asked by DSPy each time anew."""
    return dspy.LM("openai/gpt-4o-mini", api_base=mount.url, api_key="demo", cache=False, num_retries=0)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Telemetry of the instrumented library, whose client nobody instruments; an error of our own is raised."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    with capture_spans() as found:
        DSPyInstrumentor().instrument(**found.providers)
        ThreadingInstrumentor().instrument()
        yield found
        ThreadingInstrumentor().uninstrument()
        DSPyInstrumentor().uninstrument()


@pytest.fixture
def captured(alone: CapturedTelemetry) -> Iterator[CapturedTelemetry]:
    """The same with OpenAI's client instrumented, which is below LiteLLM."""
    OpenAIInstrumentor().instrument(**alone.providers)
    yield alone
    OpenAIInstrumentor().uninstrument()
