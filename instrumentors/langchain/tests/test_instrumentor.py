"""Instrumenting: content, suppression, twice, undone, and what is kept."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections import Counter
from typing import Any

import pytest
import wrapt
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableSequence
from langchain_core.tools import BaseTool
from langchain_openai import ChatOpenAI
from langgraph.pregel import Pregel
from opentelemetry.instrumentation.utils import suppress_instrumentation

from verspan import semconv
from verspan.context import ActiveVersion, with_active_version
from verspan.instrumentation.stepping import AwaitIn
from verspan.settings import ContentMode
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_langchain import LangChainInstrumentor

from .asking import WAYS, Ask, agent_of, find_order, given, invoke
from .test_chains import chain_of


@pytest.mark.parametrize("ask", WAYS)
@pytest.mark.parametrize("mode", [ContentMode.NO_CONTENT, ContentMode.EVENT_ONLY])
def test_content_off(model: ChatOpenAI, mode: ContentMode, ask: Ask) -> None:
    """Where content may not be on spans nothing that was said is, on no channel, when it fails neither."""
    with capture_spans(content=mode) as captured:
        LangChainInstrumentor().instrument(**captured.providers)
        ask(agent_of(model), given("secret"))
        with pytest.raises(Exception, match="secret"):
            ask(agent_of(model), given("break the secret"))
        LangChainInstrumentor().uninstrument()
        told = [(span.name, span.status, span.attributes, span.events) for span in captured.spans()]
        assert len(told) == 6
        assert "secret" not in str(told)
        assert "secret" not in str([span.content for span in captured.spans()]) or mode is ContentMode.EVENT_ONLY


@pytest.mark.parametrize("ask", WAYS)
def test_suppressed(captured: CapturedTelemetry, model: ChatOpenAI, ask: Ask) -> None:
    """Where instrumentation is suppressed there are no spans."""
    with suppress_instrumentation():
        ask(agent_of(model), given())
    assert captured.spans() == []


def test_twice(framework: CapturedTelemetry, model: ChatOpenAI) -> None:
    """Instrumenting twice is once."""
    LangChainInstrumentor().instrument(**framework.providers)
    invoke(agent_of(model), given())
    assert len(framework.spans()) == 4


@pytest.mark.parametrize("ask", WAYS)
def test_uninstrumented(model: ChatOpenAI, ask: Ask) -> None:
    """Uninstrumented, there are no more spans, of agents and chains made meanwhile neither; and it can begin again."""
    with capture_spans() as captured:
        LangChainInstrumentor().instrument(**captured.providers)
        agent, chain = agent_of(model), chain_of(model)
        LangChainInstrumentor().uninstrument()
        ask(agent, given())
        chain.invoke({"order": "4711"})
        assert captured.spans() == []
        LangChainInstrumentor().instrument(**captured.providers)
        ask(agent, given())
        LangChainInstrumentor().uninstrument()
        assert len(captured.spans()) == 4


def test_the_frameworks_own_are_back() -> None:
    """Uninstrumented, the framework's methods are its own."""
    owners: list[Any] = [BaseChatModel, RunnableSequence, BaseTool, Pregel]
    before = [dict(owner.__dict__) for owner in owners]
    with capture_spans() as captured:
        LangChainInstrumentor().instrument(**captured.providers)
        assert isinstance(Pregel.__dict__["stream"], wrapt.FunctionWrapper)
        LangChainInstrumentor().uninstrument()
    assert before == [dict(owner.__dict__) for owner in owners]


def test_two_versions(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """Two versions that are active in tasks at the same time each have all of their own trees."""

    async def run(name: str) -> None:
        agent = agent_of(model, name=name)
        await AwaitIn(with_active_version(ActiveVersion(f"m-{name}", name)), agent.ainvoke(given()))

    async def main() -> None:
        await asyncio.gather(*(run(name) for name in ("blue", "green", "blue")))

    asyncio.run(main())
    found = Counter((span.attributes[semconv.LOGGED_MODEL_NAME], span.name, span.parent) for span in captured.spans())
    assert found == {
        (version, name, parent): count * runs
        for version, runs in (("blue", 2), ("green", 1))
        for name, parent, count in (
            (f"invoke_agent {version}", None, 1),
            ("execute_tool find_order", f"invoke_agent {version}", 1),
            ("chat gpt-4o-mini", f"invoke_agent {version}", 2),
        )
    }


def test_nothing_is_kept(framework: CapturedTelemetry, model: ChatOpenAI) -> None:
    """Runs that are over, and those that are left half-way, leave nothing behind."""
    agent = agent_of(model)

    def runs(count: int) -> None:
        for _ in range(count):
            find_order.invoke({"order": "4711"})
            next(agent.stream(given()))
        framework.spans()
        framework._ended.clear()
        framework._started.clear()
        gc.collect()

    runs(5)
    tracemalloc.start()
    runs(5)
    before = tracemalloc.take_snapshot()
    runs(20)
    grown = tracemalloc.take_snapshot().compare_to(before, "filename")
    tracemalloc.stop()
    ours = [entry for entry in grown if "/instrumentation/" in entry.traceback[0].filename]
    assert [str(entry) for entry in ours if entry.count_diff >= 20] == []
