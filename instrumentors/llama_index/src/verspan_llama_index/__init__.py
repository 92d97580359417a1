"""Agents, workflows, tools, retrievals, query engines and models of LlamaIndex as OpenTelemetry spans."""

from __future__ import annotations

from verspan_llama_index._instrumentor import LlamaIndexInstrumentor

__all__ = ["LlamaIndexInstrumentor"]
