"""The instrumentor of LlamaIndex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verspan.instrumentation.instrumentor import BaseInstrumentor, Method, patched
from verspan.instrumentation.model_calls import ModelReader
from verspan.instrumentation.steps import StepReader, StepWrapper
from verspan.instrumentation.telemetry import Telemetry
from verspan_llama_index._classes import Family, FamilyPatches
from verspan_llama_index._models import LLMAccount
from verspan_llama_index._queries import EngineReader, RetrieverReader
from verspan_llama_index._tools import ToolReader
from verspan_llama_index._workflows import TurnReader, WorkflowReader

_CORE = "llama_index.core"
_AGENTS = (("function_agent", "FunctionAgent"), ("react_agent", "ReActAgent"), ("codeact_agent", "CodeActAgent"))
_CHAT = ("chat", "achat", "stream_chat", "astream_chat")

_COMPLETE = ("complete", "acomplete", "stream_complete", "astream_complete")


def _methods(module: str, owner: str, *names: str) -> list[Method]:
    return [Method(module, owner, name) for name in names]


def _steps() -> list[tuple[StepReader[Any], list[Method]]]:
    """What reads the methods that all classes of a kind share."""
    turns = TurnReader()
    return [
        (WorkflowReader(), _methods("workflows.workflow", "Workflow", "run")),
        (EngineReader(), _methods(f"{_CORE}.base.base_query_engine", "BaseQueryEngine", "query", "aquery")),
        (RetrieverReader(), _methods(f"{_CORE}.base.base_retriever", "BaseRetriever", "retrieve", "aretrieve")),
        *((turns, _methods(f"{_CORE}.agent.workflow.{module}", owner, "take_step")) for module, owner in _AGENTS),
    ]


def _overridden() -> list[tuple[StepReader[Any], str, str, tuple[str, ...]]]:
    """What reads the methods that each class has its own of."""
    return [
        (ToolReader(), f"{_CORE}.tools.types", "BaseTool", ("call", "acall")),
        (EngineReader(), f"{_CORE}.chat_engine.types", "BaseChatEngine", _CHAT),
        (ModelReader(LLMAccount()), f"{_CORE}.base.llms.base", "BaseLLM", (*_CHAT, *_COMPLETE)),
    ]


class LlamaIndexInstrumentor(BaseInstrumentor):
    """Spans of agents, workflows, tools, retrievals and engines, and of the models that no client's instrumentor sees.

    They are made where LlamaIndex runs them and not by the handlers of its events, which look on and cannot make a span
    the current one. So its dispatcher, its callbacks and what the application is given stay as they are.
    """

    distribution = "verspan-llama-index"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Wrap what runs steps."""
        stops = []
        for reader, methods in _steps():
            wrapper = StepWrapper(telemetry, reader)
            stops.append(patched(methods, wrapper, wrapper.switch_off))
        families = []
        for reader, module, base, names in _overridden():
            wrapper = StepWrapper(telemetry, reader)
            families.append(Family(module, base, names, wrapper))
            stops.append(wrapper.switch_off)
        stops.append(FamilyPatches(families).apply())

        def stop() -> None:
            for one in stops:
                one()

        return stop
