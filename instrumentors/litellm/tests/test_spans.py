"""Every synthetic call, sync and async, gives one span and is seen unchanged."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.replay import ReplayServer
from tests.recordings.snapshots import assert_snapshot

from verspan_litellm import LiteLLMInstrumentor
from verspan_openai import OpenAIInstrumentor

from .asking import TESTS, WAYS, Case, Way, corpus, failure, made_up, same


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", corpus().values(), ids=list(corpus()))
def test_span(server: ReplayServer, spans: InMemorySpanExporter, case: Case, way: Way) -> None:
    """A call is one span though the client below is instrumented too, and the application sees what it sees bare."""
    mount = server.serve(lambda _: case.interaction)
    seen = way(case, mount)
    LiteLLMInstrumentor().uninstrument()
    OpenAIInstrumentor().uninstrument()
    assert same(seen, way(case, mount))
    assert_snapshot(TESTS / "snapshots", case.interaction, spans.get_finished_spans(), failure(seen), made_up(seen))
    half = len(mount.received) // 2
    assert [one.json for one in mount.received[:half] if one.body[:1] == b"{"] == [
        one.json for one in mount.received[half:] if one.body[:1] == b"{"
    ]
