"""Fixtures of the MCP instrumentor's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_mcp import MCPInstrumentor


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Telemetry of the instrumented SDK in memory; an error of our own is raised."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    with capture_spans() as captured:
        MCPInstrumentor().instrument(**captured.providers)
        yield captured
        MCPInstrumentor().uninstrument()
