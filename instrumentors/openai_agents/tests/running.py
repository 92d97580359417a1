"""Ways to run an agent, so that no test is written for each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from agents import Agent, Runner, function_tool
from agents.models._openai_shared import get_default_openai_client


@function_tool
def find_order(order: str) -> str:
    """Find an order."""
    return f"{order} is on its way"


@function_tool
async def find_customer(order: str) -> str:
    """Find whose order it is."""
    await asyncio.sleep(0)
    return f"the customer of {order}"


@function_tool
def lose_order(order: str) -> str:
    """Fail."""
    raise KeyError(f"{order} is lost")


CLERK = Agent(name="clerk", instructions="Be brief.", model="gpt-4o-mini", tools=[find_order])


async def settle() -> None:
    """Let what a run has left in the loop come to its end, connections included."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
    client = get_default_openai_client()
    if client is not None:  # which other runs go on with
        await client._client._transport.aclose()
    for _ in range(5):
        await asyncio.sleep(0)


async def settled(running: Awaitable[Any]) -> Any:
    """What running gives, once nothing of it is left in the loop."""
    try:
        return await running
    finally:
        await settle()


def run_sync(*args: Any, **kwargs: Any) -> Any:
    """Run an agent and wait, as code without a loop does."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return Runner.run_sync(*args, **kwargs)
    finally:
        loop.run_until_complete(settle())
        asyncio.set_event_loop(None)
        loop.close()


def run_async(*args: Any, **kwargs: Any) -> Any:
    """Run an agent in a loop of its own."""
    return asyncio.run(settled(Runner.run(*args, **kwargs)))


async def read(running: Any) -> Any:
    """Read all events of a run."""
    async for _ in running.stream_events():
        pass
    return running


def run_streamed(*args: Any, **kwargs: Any) -> Any:
    """Run an agent and read all its events."""

    async def run() -> Any:
        return await read(Runner.run_streamed(*args, **kwargs))

    return asyncio.run(settled(run()))


WAYS = [run_sync, run_async, run_streamed]
