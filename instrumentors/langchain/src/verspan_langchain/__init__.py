"""Agents, workflows, tools, retrievals and models of LangChain and LangGraph as OpenTelemetry spans."""

from __future__ import annotations

from verspan_langchain._instrumentor import LangChainInstrumentor

__all__ = ["LangChainInstrumentor"]
