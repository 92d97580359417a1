"""An agent of LangChain's, and the ways to ask it, so that no test is written twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

try:
    from langchain.agents import create_agent
except ImportError:  # before langchain 1, agents were LangGraph's own
    from langgraph.prebuilt import create_react_agent as create_agent

QUESTION = "4711"
ANSWER = "An answer to 4711"
THREAD = {"configurable": {"thread_id": "thread-1"}}


@tool
def find_order(order: str) -> str:
    """Find an order."""
    return f"{order} is on its way"


def model_at(url: str) -> ChatOpenAI:
    """A chat model whose connections end with each call, since each test has an event loop of its own."""
    alone = {"Connection": "close"}
    options: dict[str, Any] = {"api_key": "demo", "max_retries": 0, "default_headers": alone}
    return ChatOpenAI(model="gpt-4o-mini", temperature=0.7, base_url=url, **options)


def agent_of(model: Any, *tools: Any, name: str = "clerk", **options: Any) -> Any:
    """An agent; before langchain 0.3's last, one is named after it is made."""
    agent = create_agent(model, list(tools) or [find_order], **options)
    agent.name = name
    return agent


def given(question: str = QUESTION) -> dict[str, Any]:
    """The state that an agent begins with."""
    return {"messages": [("user", question)]}


def invoke(agent: Any, state: Any, config: Any = None) -> None:
    """Ask, and wait for the answer."""
    agent.invoke(state, config)


def ainvoke(agent: Any, state: Any, config: Any = None) -> None:
    """Ask in an event loop."""
    asyncio.run(agent.ainvoke(state, config))


def stream(agent: Any, state: Any, config: Any = None) -> None:
    """Ask, and read the state after every step."""
    assert list(agent.stream(state, config))


def stream_messages(agent: Any, state: Any, config: Any = None) -> None:
    """Ask, and read what the model says word by word."""
    assert list(agent.stream(state, config, stream_mode=["messages", "values"]))


def astream(agent: Any, state: Any, config: Any = None) -> None:
    """Read the state after every step in an event loop."""
    assert asyncio.run(_all(agent.astream(state, config)))


def astream_events(agent: Any, state: Any, config: Any = None) -> None:
    """Read LangChain's own events of the run."""
    assert asyncio.run(_all(agent.astream_events(state, config, version="v2")))


def batch(agent: Any, state: Any, config: Any = None) -> None:
    """Ask in one of LangChain's threads."""
    agent.batch([state], config)


async def _all(chunks: Any) -> list[Any]:
    return [chunk async for chunk in chunks]


Ask = Callable[..., None]
WHOLE: list[Ask] = [invoke, ainvoke, stream, astream, batch]
STREAMED: list[Ask] = [stream_messages, astream_events]
WAYS = [*WHOLE, *STREAMED]
