"""Every call through LiteLLM as one OpenTelemetry span, by the GenAI conventions."""

from __future__ import annotations

from verspan_litellm._instrumentor import LiteLLMInstrumentor

__all__ = ["LiteLLMInstrumentor"]
