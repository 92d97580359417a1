"""Every recorded and every synthetic call, sync and async, gives one span and is seen unchanged."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.interactions import Interaction, parameters
from tests.recordings.replay import ReplayServer
from tests.recordings.snapshots import assert_snapshot

from verspan_ollama import OllamaInstrumentor

from .asking import TESTS, WAYS, Way, failure, interactions, same


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("interaction", parameters(interactions()))
def test_span(server: ReplayServer, spans: InMemorySpanExporter, interaction: Interaction, way: Way) -> None:
    """A call is the one span of its snapshot whichever client makes it, and the application sees what it sees bare."""
    mount = server.mount([interaction, interaction])
    seen = way(interaction, mount)
    OllamaInstrumentor().uninstrument()
    assert same(seen, way(interaction, mount))
    assert_snapshot(TESTS / "snapshots", interaction, spans.get_finished_spans(), failure(seen))
    instrumented, bare = mount.received
    assert instrumented == bare
