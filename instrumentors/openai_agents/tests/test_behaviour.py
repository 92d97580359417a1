"""What holds for every run: one tree each, no content where it is off, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import Any

import pytest
from agents import Agent, OpenAIChatCompletionsModel, Runner, SQLiteSession, set_trace_processors
from agents.tracing.scope import Scope
from openai import AsyncOpenAI
from opentelemetry.context import attach, get_current
from opentelemetry.instrumentation.utils import suppress_instrumentation
from tests.recordings.replay import Mount
from tests.recordings.trees import outline

from verspan import semconv
from verspan.context import ActiveVersion, with_active_version
from verspan.settings import ContentMode
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_openai_agents import OpenAIAgentsInstrumentor

from .running import CLERK, lose_order, read, run_async, run_streamed, settled

TREE = [
    "None > invoke_workflow",
    "invoke_agent clerk > chat gpt-4o-mini",
    "invoke_agent clerk > chat gpt-4o-mini",
    "invoke_agent clerk > execute_tool find_order",
    "invoke_workflow > invoke_agent clerk",
]


def test_parallel_runs(captured: CapturedTelemetry) -> None:
    """Runs of two versions in one loop are two trees, each of its own version."""
    versions = [ActiveVersion("m-" + digit * 32, "shop") for digit in "12"]

    async def ask(version: ActiveVersion) -> None:
        attach(with_active_version(version))  # in a task of its own, which ends with it
        await asyncio.gather(Runner.run(CLERK, version.model_id), read(Runner.run_streamed(CLERK, version.model_id)))

    async def both() -> None:
        await asyncio.gather(*map(ask, versions))

    asyncio.run(settled(both()))
    for version in versions:
        own = [span for span in captured.spans() if span.attributes[semconv.LOGGED_MODEL_ID] == version.model_id]
        assert outline(own) == sorted(TREE * 2)
        assert all(version.model_id in str(span.content) for span in own)


def test_tokens_are_told_once(captured: CapturedTelemetry) -> None:
    """Tokens are on the model's calls alone."""
    run_async(CLERK, "4711")
    tokens = [span.name for span in captured.spans() if semconv.GEN_AI_USAGE_INPUT_TOKENS in span.attributes]
    assert tokens == ["chat gpt-4o-mini"] * 2


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_client_without_an_instrumentor(api: str, mount: Mount) -> None:
    """Where nobody instruments the client, the SDK's own account of a call is its span, in its agent."""
    client = AsyncOpenAI(base_url=mount.url, api_key="demo", max_retries=0, default_headers={"Connection": "close"})
    model: Any = OpenAIChatCompletionsModel("gpt-4o-mini", client) if api == "chat" else "gpt-4o-mini"
    with capture_spans() as captured:
        OpenAIAgentsInstrumentor().instrument(**captured.providers)
        run_async(Agent(name="clerk", instructions="Be brief.", model=model), "4711")
        OpenAIAgentsInstrumentor().uninstrument()
        call = captured.spans()[0]
    assert (call.name, call.kind, call.parent) == (
        "chat " + call.attributes[semconv.GEN_AI_REQUEST_MODEL],
        "CLIENT",
        "invoke_agent clerk",
    )
    assert call.attributes[semconv.GEN_AI_PROVIDER_NAME] == "openai"
    assert call.attributes[semconv.GEN_AI_USAGE_INPUT_TOKENS] == 20
    assert call.attributes[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] == 5
    assert "4711" in call.content[semconv.GEN_AI_INPUT_MESSAGES]
    assert "An answer to" in call.content[semconv.GEN_AI_OUTPUT_MESSAGES]


@pytest.mark.parametrize("mode", [ContentMode.NO_CONTENT, ContentMode.LOCAL, ContentMode.EVENT_ONLY])
def test_content_off(mode: ContentMode, mount: Mount) -> None:
    """Where content may not be on spans, nothing that was said is, of failures neither."""
    with capture_spans(content=mode) as captured:
        OpenAIAgentsInstrumentor().instrument(**captured.providers)
        run_async(Agent(name="clerk", model="gpt-4o-mini", tools=[lose_order]), "secret-4711")
        with suppress(Exception):
            run_async(CLERK, "break secret-4711")
        OpenAIAgentsInstrumentor().uninstrument()
        for span in captured.spans():
            told = (span.name, span.status, span.attributes, span.events)
            assert "secret" not in str(told)
            assert "parcel" not in str(told)
            assert mode is not ContentMode.NO_CONTENT or not span.content
        assert captured.unfinished() == 0


def test_suppressed(captured: CapturedTelemetry) -> None:
    """Nothing is told where instrumentation is suppressed."""
    with suppress_instrumentation():
        run_async(CLERK, "4711")
    assert captured.spans() == []


def test_session(captured: CapturedTelemetry) -> None:
    """The session of a run is its conversation."""
    session = SQLiteSession("thread-3")
    run_async(CLERK, "4711", session=session)
    session.close()
    told = {span.name: span.attributes.get(semconv.GEN_AI_CONVERSATION_ID) for span in captured.spans()}
    assert told == {
        "invoke_workflow": "thread-3",
        "invoke_agent clerk": "thread-3",
        "execute_tool find_order": "thread-3",
        "chat gpt-4o-mini": None,
    }


def test_processors_of_the_application(captured: CapturedTelemetry) -> None:
    """An application that sets its own processors, which replaces all others, loses no span."""
    set_trace_processors([])
    run_async(CLERK, "4711")
    assert outline(captured.spans()) == TREE


def test_twice_is_once_and_off_is_off(captured: CapturedTelemetry) -> None:
    """Instrumented twice, a run is told once; uninstrumented, not at all, and the SDK is as it was."""
    OpenAIAgentsInstrumentor().instrument(**captured.providers)
    run_async(CLERK, "4711")
    assert outline(captured.spans()) == TREE
    OpenAIAgentsInstrumentor().uninstrument()
    assert isinstance(Scope.__dict__["set_current_span"], classmethod)
    run_async(CLERK, "4711")
    assert [span.parent for span in captured.spans()[len(TREE) :]] == [None, None]


def test_stream_left_half_way(captured: CapturedTelemetry) -> None:
    """A run whose events are not read to their end ends its spans, each once, and leaves no context behind."""

    async def leave() -> None:
        before = get_current()
        running = Runner.run_streamed(CLERK, "4711")
        async for _ in running.stream_events():
            break
        running.cancel()
        await asyncio.sleep(0)
        assert get_current() == before

    asyncio.run(settled(leave()))
    gc.collect()
    assert captured.unfinished() == 0


def test_cancelled(captured: CapturedTelemetry) -> None:
    """A cancelled run ends its spans as cancelled."""

    async def cancel() -> None:
        task = asyncio.create_task(Runner.run(CLERK, "4711"))
        await asyncio.sleep(0)  # lets it begin
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(settled(cancel()))
    assert captured.unfinished() == 0
    workflow = next(span for span in captured.spans() if span.name == "invoke_workflow")
    assert workflow.attributes[semconv.ERROR_TYPE] == "CancelledError"


def test_nothing_is_kept(captured: CapturedTelemetry) -> None:
    """No step is kept once its run is over."""
    from verspan_openai_agents._steps import Step

    for _ in range(3):
        run_streamed(CLERK, "4711")
    gc.collect()
    assert [found for found in gc.get_objects() if isinstance(found, Step)] == []
