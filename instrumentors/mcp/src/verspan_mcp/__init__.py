"""Requests of the Model Context Protocol as OpenTelemetry spans, at the client and at the server, by the conventions."""

from __future__ import annotations

from verspan_mcp._instrumentor import MCPInstrumentor

__all__ = ["MCPInstrumentor"]
