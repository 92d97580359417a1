"""What holds for every run: a call is told once, no content where it is off, and the application's settings win."""

from __future__ import annotations

import asyncio
import gc
import json
from contextlib import suppress

import pytest
from openai import AsyncOpenAI
from opentelemetry.context import attach, get_current
from opentelemetry.instrumentation.utils import suppress_instrumentation
from pydantic_ai import Agent
from pydantic_ai.models.instrumented import InstrumentationSettings
from tests.recordings.trees import outline

from verspan import semconv
from verspan.context import ActiveVersion, with_active_version
from verspan.settings import ContentMode
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_pydantic_ai import PydanticAIInstrumentor

from .agents import clerk, lose_order

TREE = [
    "None > invoke_agent clerk",
    "invoke_agent clerk > chat gpt-4o-mini",
    "invoke_agent clerk > chat gpt-4o-mini",
    "invoke_agent clerk > execute_tool find_order",
]


@pytest.mark.parametrize("streamed", [False, True])
async def test_client_without_an_instrumentor(*, streamed: bool, alone: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """Where nobody instruments the client, the library's own account of a call is its span."""
    if streamed:
        async with clerk(client).run_stream("4711") as running:
            await running.get_output()
    else:
        await clerk(client).run("4711")
    assert outline(alone.spans()) == TREE
    call = alone.spans()[0]
    assert (call.kind, call.scope) == ("CLIENT", "verspan-pydantic-ai")
    assert call.attributes[semconv.GEN_AI_PROVIDER_NAME] == "openai"
    assert call.attributes[semconv.GEN_AI_RESPONSE_MODEL] == "gpt-4o-mini-2024-07-18"
    assert call.attributes[semconv.GEN_AI_USAGE_INPUT_TOKENS] == 20
    assert call.attributes[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] == 5
    asked = json.loads(call.content[semconv.GEN_AI_OUTPUT_MESSAGES])[0]["parts"][0]
    assert asked == {"type": "tool_call", "id": "call_0", "name": "find_order", "arguments": {"order": "4711"}}


@pytest.mark.parametrize("mode", [ContentMode.NO_CONTENT, ContentMode.LOCAL, ContentMode.EVENT_ONLY])
async def test_content_off(mode: ContentMode, client: AsyncOpenAI) -> None:
    """Where content may not be on spans, nothing that was said is, of failures neither."""
    with capture_spans(content=mode) as captured:
        PydanticAIInstrumentor().instrument(**captured.providers)
        await clerk(client).run("secret-4711")
        with suppress(KeyError):
            await clerk(client, lose_order).run("secret-4711")
        with suppress(Exception):
            await clerk(client).run("break secret-4711")
        PydanticAIInstrumentor().uninstrument()
        for span in captured.spans():
            told = str((span.name, span.status, span.attributes, span.events))
            assert "secret" not in told
            assert "parcel" not in told
            assert mode is not ContentMode.NO_CONTENT or not span.content
        assert captured.unfinished() == 0


async def test_parallel_runs(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """Runs of two versions in one loop are two trees, each of its own version."""
    versions = [ActiveVersion("m-" + digit * 32, "shop") for digit in "12"]

    async def ask(version: ActiveVersion) -> None:
        attach(with_active_version(version))  # in a task of its own, which ends with it
        await clerk(client).run(version.model_id)

    await asyncio.gather(*map(ask, versions))
    for version in versions:
        own = [span for span in captured.spans() if span.attributes[semconv.LOGGED_MODEL_ID] == version.model_id]
        assert outline(own) == TREE
        assert all(version.model_id in str(span.content) for span in own)


async def test_suppressed(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """Nothing is told where instrumentation is suppressed."""
    with suppress_instrumentation():
        await clerk(client).run("4711")
    assert captured.spans() == []


async def test_off_is_off(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """Instrumented twice, a run is told once; uninstrumented, not at all, of agents made before neither."""
    agent = clerk(client)
    PydanticAIInstrumentor().instrument(**captured.providers)
    await agent.run("4711")
    assert outline(captured.spans()) == TREE
    PydanticAIInstrumentor().uninstrument()
    await agent.run("4711")
    assert [span.parent for span in captured.spans()[len(TREE) :]] == [None, None]  # the client's own


async def test_settings_of_the_application(client: AsyncOpenAI) -> None:
    """Settings that the application makes, before or after, are neither replaced nor taken away."""
    with capture_spans() as captured:
        own = InstrumentationSettings(tracer_provider=captured.provider, include_content=False)
        Agent.instrument_all(own)
        PydanticAIInstrumentor().instrument(**captured.providers)
        await clerk(client).run("4711")
        PydanticAIInstrumentor().uninstrument()
        assert Agent._instrument_default is own
        Agent.instrument_all(instrument=False)
        assert {span.scope for span in captured.spans()} == {"pydantic-ai"}


async def test_stream_left_half_way(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """A stream that is left early ends all its spans, and leaves no context behind."""
    before = get_current()
    async with clerk(client).run_stream("4711") as streamed:
        async for _ in streamed.stream_text(delta=True):
            break
    assert get_current() == before
    gc.collect()
    assert captured.unfinished() == 0


async def test_cancelled(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """A cancelled run ends its spans as cancelled."""
    begun = asyncio.Event()

    async def wait(order: str) -> str:
        begun.set()
        await asyncio.Event().wait()
        return order

    task = asyncio.create_task(clerk(client, wait).run("4711"))
    await begun.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    left = asyncio.all_tasks() - {asyncio.current_task()}  # earlier releases leave the tools' tasks
    for other in left:
        other.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    told = {span.name: span.attributes.get(semconv.ERROR_TYPE) for span in captured.spans()}
    assert told == {
        "chat gpt-4o-mini": None,
        "execute_tool wait": "CancelledError",
        "invoke_agent clerk": "CancelledError",
    }
    assert captured.unfinished() == 0


async def test_nothing_is_kept(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """No step is kept once its run is over."""
    from verspan_pydantic_ai._spans import StepSpan

    for _ in range(3):
        await clerk(client).run("4711")
    gc.collect()
    assert [found for found in gc.get_objects() if isinstance(found, StepSpan)] == []
