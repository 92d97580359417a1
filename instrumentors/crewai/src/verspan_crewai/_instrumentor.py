"""The instrumentor of CrewAI."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from verspan.instrumentation.instrumentor import BaseInstrumentor, Method, patched
from verspan.instrumentation.steps import StepReader, StepWrapper
from verspan.instrumentation.telemetry import Telemetry
from verspan_crewai._agents import AgentReader, StandaloneAgentReader
from verspan_crewai._memories import ForgetReader, KnowledgeReader, SaveReader, SearchReader, UpdateReader
from verspan_crewai._models import ModelReader, UsageCounting
from verspan_crewai._tools import StructuredToolReader, ToolReader
from verspan_crewai._workflows import CrewReader, FlowReader

_BASE_TOOL = "crewai.tools.base_tool"
_STRUCTURED_TOOL = "crewai.tools.structured_tool"
_AGENT = "crewai.agent.core"
_MEMORY = "crewai.memory.unified_memory"
_KNOWLEDGE = "crewai.knowledge.knowledge"
_BASE_LLM = "crewai.llms.base_llm"
_MODELS = (
    ("crewai.llm", "LLM"),
    ("crewai.llms.providers.anthropic.completion", "AnthropicCompletion"),
    ("crewai.llms.providers.azure.completion", "AzureCompletion"),
    ("crewai.llms.providers.bedrock.completion", "BedrockCompletion"),
    ("crewai.llms.providers.gemini.completion", "GeminiCompletion"),
    ("crewai.llms.providers.openai.completion", "OpenAICompletion"),
)


def _methods(module: str, owner: str, *names: str) -> list[Method]:
    return [Method(module, owner, name, optional=True) for name in names]


_STEPS: Sequence[tuple[Callable[[], StepReader[Any]], Sequence[Method]]] = (
    (CrewReader, _methods("crewai.crew", "Crew", "kickoff", "akickoff")),
    (FlowReader, _methods("crewai.flow.runtime", "Flow", "kickoff_async")),
    (AgentReader, _methods(_AGENT, "Agent", "execute_task", "aexecute_task")),
    (
        StandaloneAgentReader,
        _methods(_AGENT, "Agent", "_execute_and_build_output", "_execute_and_build_output_async"),
    ),
    (ToolReader, [*_methods(_BASE_TOOL, "BaseTool", "run", "arun"), *_methods(_BASE_TOOL, "Tool", "run", "arun")]),
    (StructuredToolReader, _methods(_STRUCTURED_TOOL, "CrewStructuredTool", "invoke", "ainvoke")),
    (SearchReader, _methods(_MEMORY, "Memory", "recall")),
    (SaveReader, _methods(_MEMORY, "Memory", "remember", "_background_encode_batch")),
    (UpdateReader, _methods(_MEMORY, "Memory", "update")),
    (ForgetReader, _methods(_MEMORY, "Memory", "forget")),
    (KnowledgeReader, _methods(_KNOWLEDGE, "Knowledge", "query", "aquery")),
    (ModelReader, [method for module, owner in _MODELS for method in _methods(module, owner, "call", "acall")]),
)


class CrewAIInstrumentor(BaseInstrumentor):
    """Spans of crews, flows, agents, tools, memories and knowledge, current while their code runs.

    CrewAI's events tell of the same, but on threads of their own and when it is over or begun elsewhere, so that
    nothing below could find its parent. So what is wrapped are the methods that do the work.
    """

    distribution = "verspan-crewai"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around each of the methods."""
        stops = [_wrapped(StepWrapper(telemetry, reader()), methods) for reader, methods in _STEPS]
        counting = UsageCounting()

        def count_no_more() -> None:
            counting.active = False

        stops.append(patched(_methods(_BASE_LLM, "BaseLLM", "_track_token_usage_internal"), counting, count_no_more))

        def stop() -> None:
            for each in stops:
                each()

        return stop


def _wrapped(wrapper: StepWrapper, methods: Sequence[Method]) -> Callable[[], None]:
    return patched(methods, wrapper, wrapper.switch_off)
