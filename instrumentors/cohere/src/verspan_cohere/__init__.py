"""Every call of the Cohere client as OpenTelemetry spans, by the GenAI conventions."""

from __future__ import annotations

from verspan_cohere._instrumentor import CohereInstrumentor

__all__ = ["CohereInstrumentor"]
