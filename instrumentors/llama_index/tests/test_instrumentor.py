"""Instrumenting: content, suppression, twice, undone, versions, and what is kept."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections import Counter
from typing import Any

import pytest
import wrapt
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.llms import LLM, MockLLM
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import Workflow
from llama_index.llms.openai import OpenAI
from opentelemetry.instrumentation.utils import suppress_instrumentation

from verspan import semconv
from verspan.context import ActiveVersion, with_active_version
from verspan.instrumentation.stepping import run_in
from verspan.settings import ContentMode
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_llama_index import LlamaIndexInstrumentor

from .agents import ITS_OWN_WARNINGS, agent_of, find_order, run

pytestmark = ITS_OWN_WARNINGS


@pytest.mark.parametrize("mode", [ContentMode.NO_CONTENT, ContentMode.EVENT_ONLY])
def test_content_off(model: OpenAI, mode: ContentMode) -> None:
    """Where content may not be on spans nothing that was said is, on no channel, where it fails neither."""
    with capture_spans(content=mode) as captured:
        LlamaIndexInstrumentor().instrument(**captured.providers)
        run(agent_of(model), "secret")
        with pytest.raises(Exception, match="secret"):
            run(agent_of(model), "break the secret")
        LlamaIndexInstrumentor().uninstrument()
        told = [(span.name, span.status, span.attributes, span.events) for span in captured.spans()]
        assert len(told) == 6
        assert "secret" not in str(told)
        assert "secret" not in str([span.content for span in captured.spans()]) or mode is ContentMode.EVENT_ONLY


def test_suppressed(captured: CapturedTelemetry, model: OpenAI) -> None:
    """Where instrumentation is suppressed there are no spans."""
    with suppress_instrumentation():
        run(agent_of(model))
    assert captured.spans() == []


def test_twice(framework: CapturedTelemetry, model: OpenAI) -> None:
    """Instrumenting twice is once."""
    LlamaIndexInstrumentor().instrument(**framework.providers)
    run(agent_of(model))
    assert len(framework.spans()) == 4


def test_uninstrumented(model: OpenAI) -> None:
    """Uninstrumented, there are no more spans, of agents made meanwhile neither; and it can begin again."""
    with capture_spans() as captured:
        LlamaIndexInstrumentor().instrument(**captured.providers)
        agent = agent_of(model)
        LlamaIndexInstrumentor().uninstrument()
        run(agent)
        assert captured.spans() == []
        LlamaIndexInstrumentor().instrument(**captured.providers)
        run(agent)
        LlamaIndexInstrumentor().uninstrument()
        assert len(captured.spans()) == 4


def test_the_frameworks_own_are_back() -> None:
    """Uninstrumented, the framework's methods are its own, those of classes that were made meanwhile, too."""
    owners: list[Any] = [Workflow, BaseQueryEngine, FunctionTool, MockLLM, OpenAI]
    before = [dict(owner.__dict__) for owner in owners]
    with capture_spans() as captured:
        LlamaIndexInstrumentor().instrument(**captured.providers)
        assert isinstance(Workflow.__dict__["run"], wrapt.FunctionWrapper)

        class Late(MockLLM):  # type: ignore[misc]  # where mypy runs, LlamaIndex is not there
            def complete(self, *args: Any, **kwargs: Any) -> Any:
                return super().complete(*args, **kwargs)

        Late().complete("4711")
        assert [span.name for span in captured.spans()] == ["text_completion"]
        LlamaIndexInstrumentor().uninstrument()
        Late().complete("4711")
        assert len(captured.spans()) == 1
    assert before == [dict(owner.__dict__) for owner in owners]


def test_two_versions(captured: CapturedTelemetry, model: OpenAI) -> None:
    """Two versions that are active in tasks at the same time each have all of their own trees."""

    async def run_as(name: str) -> None:
        agent = agent_of(model, name=name)
        await run_in(with_active_version(ActiveVersion(f"m-{name}", name)), agent.run, user_msg="4711")

    async def main() -> None:
        await asyncio.gather(*(run_as(name) for name in ("blue", "green", "blue")))

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


def test_nothing_is_kept(framework: CapturedTelemetry) -> None:
    """Runs that are over, and streams that are left half-way, leave nothing behind."""
    tool, model = FunctionTool.from_defaults(find_order), MockLLM()

    def runs(count: int) -> None:
        for _ in range(count):
            tool.call(order="4711")
            next(model.stream_complete("one two three"))
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


def test_types(framework: CapturedTelemetry) -> None:
    """A model is of its own type still, and its class may be made into another."""
    assert isinstance(MockLLM(), LLM)
    assert MockLLM.model_validate({"max_tokens": 2}).complete("one two three").text == "text text"
