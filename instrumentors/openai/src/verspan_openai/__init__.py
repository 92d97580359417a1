"""Every call of the OpenAI client as one OpenTelemetry span, by the GenAI conventions."""

from __future__ import annotations

from verspan_openai._instrumentor import OpenAIInstrumentor

__all__ = ["OpenAIInstrumentor"]
