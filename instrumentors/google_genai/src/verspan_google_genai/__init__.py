"""Every call of the Google Gen AI client as OpenTelemetry spans, by the GenAI conventions."""

from __future__ import annotations

from verspan_google_genai._instrumentor import GoogleGenAIInstrumentor

__all__ = ["GoogleGenAIInstrumentor"]
