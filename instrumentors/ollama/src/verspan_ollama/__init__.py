"""Every call of the Ollama client as one OpenTelemetry span, by the GenAI conventions."""

from __future__ import annotations

from verspan_ollama._instrumentor import OllamaInstrumentor

__all__ = ["OllamaInstrumentor"]
