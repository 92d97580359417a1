"""What runs of agents leave: whole trees of spans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.exceptions import ModelHTTPError
from tests.recordings.trees import assert_tree, outline

from verspan import semconv
from verspan.testing import CapturedTelemetry

from .agents import clerk, find_customer, find_order, lose_order, model

SNAPSHOTS = Path(__file__).parent / "snapshots"
TREE = [
    "None > invoke_agent clerk",
    "invoke_agent clerk > chat gpt-4o-mini",
    "invoke_agent clerk > chat gpt-4o-mini",
    "invoke_agent clerk > execute_tool find_order",
]
_OWN_IDS = (semconv.GEN_AI_CONVERSATION_ID,)


def told(captured: CapturedTelemetry) -> list[Any]:
    """The spans, without what the library makes anew for each run."""
    spans = captured.spans()
    for span in spans:
        for name in _OWN_IDS:
            span.attributes.pop(name, None)  # type: ignore[attr-defined]  # a dictionary, of the test's own
    return spans


async def test_run(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """A run is its agent's span, and in it its tools and the client's calls of the model."""
    result = await clerk(client).run("4711")
    assert result.output == "An answer to 4711"
    assert_tree(SNAPSHOTS / "run.json", told(captured))
    assert captured.unfinished() == 0


async def test_stream(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """A streamed run leaves the same tree."""
    async with clerk(client).run_stream("4711") as streamed:
        assert await streamed.get_output() == "An answer to 4711"
    assert outline(captured.spans()) == TREE
    assert all(span.status[0] == "UNSET" for span in captured.spans())
    assert captured.unfinished() == 0


async def test_parallel_tools(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """Tools that a model asks for at once are each a span of their own, in the agent."""
    await clerk(client, find_order, find_customer).run("4711")
    tools = {span.name: span for span in captured.spans() if span.name.startswith("execute_tool")}
    assert {name: (span.parent, span.content[semconv.GEN_AI_TOOL_CALL_RESULT]) for name, span in tools.items()} == {
        "execute_tool find_order": ("invoke_agent clerk", '"4711 is on its way"'),
        "execute_tool find_customer": ("invoke_agent clerk", '"the customer of 4711"'),
    }


async def test_agent_in_a_tool(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """An agent that is asked in a tool is inside that tool's span."""
    expert = Agent(model(client), name="expert")

    async def ask_expert(order: str) -> str:
        return (await expert.run(order)).output

    await clerk(client, ask_expert).run("4711")
    assert outline(captured.spans()) == [
        "None > invoke_agent clerk",
        "execute_tool ask_expert > invoke_agent expert",
        "invoke_agent clerk > chat gpt-4o-mini",
        "invoke_agent clerk > chat gpt-4o-mini",
        "invoke_agent clerk > execute_tool ask_expert",
        "invoke_agent expert > chat gpt-4o-mini",
    ]


async def test_failing_tool(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """What a tool raises is its failure and the run's, each told once, and its text is content."""
    with pytest.raises(KeyError):
        await clerk(client, lose_order).run("4711")
    failed = [span for span in captured.spans() if span.status[0] == "ERROR"]
    assert [(span.name, span.status, span.attributes[semconv.ERROR_TYPE]) for span in failed] == [
        ("execute_tool lose_order", ("ERROR", "KeyError"), "KeyError"),
        ("invoke_agent clerk", ("ERROR", "KeyError"), "KeyError"),
    ]
    assert "4711 is lost" in failed[0].content[semconv.EXCEPTION_MESSAGE]


async def test_failing_model(captured: CapturedTelemetry, client: AsyncOpenAI) -> None:
    """A call that fails is a failed call of the client's, and the run fails with what the library makes of it."""
    with pytest.raises(ModelHTTPError) as raised:
        await clerk(client).run("break 4711")
    assert [(span.name, span.attributes[semconv.ERROR_TYPE]) for span in captured.spans()] == [
        ("chat gpt-4o-mini", "InternalServerError"),
        ("invoke_agent clerk", type(raised.value).__name__),
    ]
    assert captured.unfinished() == 0
