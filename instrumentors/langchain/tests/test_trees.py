"""What runs of agents leave: whole trees of spans, the same however the agent is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_openai import ChatOpenAI
from tests.recordings.trees import assert_tree, outline

from verspan.testing import CapturedTelemetry

from .asking import STREAMED, THREAD, WAYS, WHOLE, Ask, agent_of, given

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("ask", WHOLE)
def test_agent(captured: CapturedTelemetry, model: ChatOpenAI, ask: Ask) -> None:
    """An agent's span has its tools below it and the client's calls of the model, with their tokens, once each."""
    ask(agent_of(model), given(), THREAD)
    assert_tree(SNAPSHOTS / "agent.json", captured.spans())
    assert captured.unfinished() == 0


@pytest.mark.parametrize("ask", STREAMED)
def test_streaming_agent(captured: CapturedTelemetry, model: ChatOpenAI, ask: Ask) -> None:
    """It is the same tree where LangChain has the model stream its answers."""
    ask(agent_of(model), given(), THREAD)
    assert_tree(SNAPSHOTS / "streaming_agent.json", captured.spans())
    assert captured.unfinished() == 0


@pytest.mark.parametrize("ask", WAYS)
def test_without_the_client(framework: CapturedTelemetry, model: ChatOpenAI, ask: Ask) -> None:
    """Where nobody instruments the client, each of the model's calls has a span all the same, in the same place."""
    ask(agent_of(model), given(), THREAD)
    assert outline(framework.spans()) == [
        "None > invoke_agent clerk",
        "invoke_agent clerk > chat gpt-4o-mini",
        "invoke_agent clerk > chat gpt-4o-mini",
        "invoke_agent clerk > execute_tool find_order",
    ]


@pytest.mark.parametrize("ask", WAYS)
def test_nothing_changes(captured: CapturedTelemetry, model: ChatOpenAI, ask: Ask) -> None:
    """A configuration and a state are what they were before the run."""
    config, state = {**THREAD, "tags": ["demo"]}, given()
    ask(agent_of(model), state, config)
    assert (config, state) == ({**THREAD, "tags": ["demo"]}, given())
    assert captured.unfinished() == 0
