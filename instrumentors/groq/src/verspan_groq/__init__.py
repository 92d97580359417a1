"""Every call of the Groq client as one OpenTelemetry span, by the GenAI conventions."""

from __future__ import annotations

from verspan_groq._instrumentor import GroqInstrumentor

__all__ = ["GroqInstrumentor"]
