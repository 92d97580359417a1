"""The classes that LangChain had for chains and agents before runnables and graphs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_openai import ChatOpenAI
from tests.recordings.trees import outline

from verspan import semconv
from verspan.testing import CapturedTelemetry

from .asking import ANSWER, find_order

try:
    from langchain_classic import agents
except ImportError:  # before langchain 1 they were in langchain itself
    from langchain import agents


def executor_of(model: ChatOpenAI) -> Any:
    """An agent of the former kind."""
    prompt = ChatPromptTemplate([("human", "{input}"), MessagesPlaceholder("agent_scratchpad")])
    agent = agents.create_tool_calling_agent(model, [find_order], prompt)
    return agents.AgentExecutor(agent=agent, tools=[find_order])


QUESTION = {"input": "4711"}


async def read(stream: Any) -> list[Any]:
    """All that an asynchronous stream gives."""
    return [chunk async for chunk in stream]


@pytest.mark.parametrize(
    "ask",
    [
        lambda agent: agent.invoke(QUESTION),
        lambda agent: asyncio.run(agent.ainvoke(QUESTION)),
        lambda agent: list(agent.stream(QUESTION))[-1],
        lambda agent: asyncio.run(read(agent.astream(QUESTION)))[-1],
    ],
)
def test_agent_executor(captured: CapturedTelemetry, model: ChatOpenAI, ask: Any) -> None:
    """An ``AgentExecutor`` is an agent, and the chain that asks its model is no workflow of its own."""
    assert ask(executor_of(model))["output"].strip() == ANSWER
    spans = captured.spans()
    assert outline(spans) == [
        "None > invoke_agent",
        "invoke_agent > chat gpt-4o-mini",
        "invoke_agent > chat gpt-4o-mini",
        "invoke_agent > execute_tool find_order",
    ]
    assert "4711" in spans[-1].content[semconv.GEN_AI_INPUT_MESSAGES]
    assert ANSWER in spans[-1].content[semconv.GEN_AI_OUTPUT_MESSAGES]
