"""Agents, tools and handoffs of the OpenAI Agents SDK as OpenTelemetry spans, by the GenAI conventions."""

from __future__ import annotations

from verspan_openai_agents._instrumentor import OpenAIAgentsInstrumentor

__all__ = ["OpenAIAgentsInstrumentor"]
