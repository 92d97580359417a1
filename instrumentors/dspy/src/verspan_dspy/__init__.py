"""Modules, tools and retrievers of DSPy as OpenTelemetry spans, by the GenAI conventions."""

from __future__ import annotations

from verspan_dspy._instrumentor import DSPyInstrumentor

__all__ = ["DSPyInstrumentor"]
