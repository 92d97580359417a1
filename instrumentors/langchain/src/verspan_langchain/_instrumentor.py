"""The instrumentor of LangChain and LangGraph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verspan.instrumentation.instrumentor import BaseInstrumentor, Method, patched
from verspan.instrumentation.model_calls import ModelReader
from verspan.instrumentation.steps import StepReader, StepWrapper
from verspan.instrumentation.telemetry import Telemetry
from verspan_langchain._chains import ChainReader, ExecutorReader
from verspan_langchain._graphs import GraphReader
from verspan_langchain._models import ChatModelAccount
from verspan_langchain._retrievers import RetrieverReader
from verspan_langchain._tools import ToolReader

_RUNS = ("invoke", "ainvoke", "stream", "astream", "batch", "abatch")
_CHAINS = "langchain_core.runnables.base"
_MODELS = "langchain_core.language_models.chat_models"
_FORMER = ("langchain", "langchain_classic")  # where the former classes are, before and since langchain 1


def _methods(module: str, owner: str, *names: str) -> list[Method]:
    return [Method(module, owner, name) for name in names]


def _steps() -> list[tuple[StepReader[Any], list[Method]]]:
    """What reads which methods; what else LangChain has comes through one of them."""
    former, models = ExecutorReader(), ModelReader(ChatModelAccount())
    return [
        (GraphReader(), _methods("langgraph.pregel", "Pregel", "stream", "astream")),
        (ToolReader(), _methods("langchain_core.tools.base", "BaseTool", "run", "arun")),
        (RetrieverReader(), _methods("langchain_core.retrievers", "BaseRetriever", "invoke", "ainvoke")),
        (models, _methods(_MODELS, "BaseChatModel", "_generate_with_cache", "_agenerate_with_cache")),
        (models, _methods(_MODELS, "BaseChatModel", "stream", "astream")),
        (ChainReader(), _methods(_CHAINS, "RunnableSequence", *_RUNS)),
        *((former, _methods(f"{package}.chains.base", "Chain", "invoke", "ainvoke")) for package in _FORMER),
        *((former, _methods(f"{package}.agents.agent", "AgentExecutor", "stream", "astream")) for package in _FORMER),
    ]


class LangChainInstrumentor(BaseInstrumentor):
    """Spans of agents, workflows, tools and retrievals, and of the chat models that no client's instrumentor sees.

    They are made where LangChain runs them and not by its callbacks, which look on and cannot make a span the current
    one. So configurations, callbacks and what the application is given stay as they are.
    """

    distribution = "verspan-langchain"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Wrap what runs steps."""
        stops = []
        for reader, methods in _steps():
            wrapper = StepWrapper(telemetry, reader)
            stops.append(patched(methods, wrapper, wrapper.switch_off))

        def stop() -> None:
            for one in stops:
                one()

        return stop
