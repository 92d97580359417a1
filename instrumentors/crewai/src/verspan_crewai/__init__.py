"""Crews, flows, agents and tools of CrewAI as OpenTelemetry spans, by the GenAI conventions."""

from __future__ import annotations

from verspan_crewai._instrumentor import CrewAIInstrumentor

__all__ = ["CrewAIInstrumentor"]
