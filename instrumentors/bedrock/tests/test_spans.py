"""Every recorded and every synthetic call, sync and async, gives one span and is seen unchanged."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.interactions import parameters
from tests.recordings.replay import ReplayServer
from tests.recordings.snapshots import assert_snapshot

from verspan_bedrock import BedrockInstrumentor

from .asking import TESTS, WAYS, Interaction, Way, interactions


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("interaction", parameters(interactions()))
def test_span(server: ReplayServer, spans: InMemorySpanExporter, interaction: Interaction, way: Way) -> None:
    """A call is the one span of its snapshot whichever client makes it, and the application sees what it sees bare."""
    mount = server.mount([interaction, interaction])
    seen = way(interaction, mount)
    BedrockInstrumentor().uninstrument()
    assert seen == way(interaction, mount)
    failure = seen[-1][1] if isinstance(seen[-1], tuple) and len(seen[-1]) > 2 else None
    assert_snapshot(TESTS / "snapshots", interaction, spans.get_finished_spans(), failure)
    instrumented, bare = mount.received
    assert (instrumented.path, instrumented.body) == (bare.path, bare.body)
