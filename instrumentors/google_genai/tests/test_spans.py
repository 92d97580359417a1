"""Every recorded and every synthetic call, made in every way, gives one span and is seen unchanged."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.interactions import CASSETTES
from tests.recordings.replay import ReplayServer
from tests.recordings.snapshots import snapshot_file
from tests.recordings.ways import Trial, Way

from verspan_google_genai import GoogleGenAIInstrumentor

from .asking import has_interactions
from .interactions import TESTS, Interaction, every, everything
from .ways import WAYS

FOLDER = TESTS / "snapshots"
_MISSING = has_interactions.args[0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("interaction", every())
def test_span(server: ReplayServer, spans: InMemorySpanExporter, interaction: Interaction, way: Way) -> None:
    """A call is the one span of its snapshot whichever way it is made, and the application sees what it sees bare."""
    if interaction.is_interaction and _MISSING:
        pytest.skip("this version of the client has no interactions")
    Trial(server, spans, GoogleGenAIInstrumentor(), FOLDER).assert_one_span(interaction, way)


def test_no_unused_snapshots() -> None:
    """Every snapshot belongs to an interaction."""
    known = {snapshot_file(FOLDER, found) for found in everything()}
    files = FOLDER.rglob("*.json") if CASSETTES.is_dir() else (FOLDER / "corpus").glob("*.json")
    assert set(files) <= known
