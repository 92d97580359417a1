"""Every recorded and every synthetic call, made in every way, gives one span and is seen unchanged."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.interactions import Interaction, parameters
from tests.recordings.replay import ReplayServer
from tests.recordings.stainless import Way
from tests.recordings.ways import Trial

from verspan_groq import GroqInstrumentor

from .asking import TESTS, WAYS, interactions


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("interaction", parameters(interactions()))
def test_span(server: ReplayServer, spans: InMemorySpanExporter, interaction: Interaction, way: Way) -> None:
    """A call is the one span of its snapshot whichever way it is made, and the application sees what it sees bare."""
    Trial(server, spans, GroqInstrumentor(), TESTS / "snapshots").assert_one_span(interaction, way)
