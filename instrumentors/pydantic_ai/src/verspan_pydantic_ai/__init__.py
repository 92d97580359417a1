"""Agents and tools of Pydantic AI as OpenTelemetry spans, by the GenAI conventions."""

from __future__ import annotations

from verspan_pydantic_ai._instrumentor import PydanticAIInstrumentor

__all__ = ["PydanticAIInstrumentor"]
