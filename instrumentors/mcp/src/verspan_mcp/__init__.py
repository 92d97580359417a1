"""Requests of the Model Context Protocol as OpenTelemetry spans, on both sides, by the conventions."""

from __future__ import annotations

from verspan_mcp._instrumentor import MCPInstrumentor

__all__ = ["MCPInstrumentor"]
