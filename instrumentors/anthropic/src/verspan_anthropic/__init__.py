"""Every call of the Anthropic client as one OpenTelemetry span, by the GenAI conventions."""

from __future__ import annotations

from verspan_anthropic._instrumentor import AnthropicInstrumentor

__all__ = ["AnthropicInstrumentor"]
