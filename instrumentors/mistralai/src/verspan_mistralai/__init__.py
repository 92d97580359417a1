"""Every call of the Mistral AI client as OpenTelemetry spans, by the GenAI conventions."""

from __future__ import annotations

from verspan_mistralai._instrumentor import MistralAIInstrumentor

__all__ = ["MistralAIInstrumentor"]
