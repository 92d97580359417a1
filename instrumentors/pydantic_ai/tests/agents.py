"""Agents of a shop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


def find_order(order: str) -> str:
    """Find an order."""
    return f"{order} is on its way"


async def find_customer(order: str) -> str:
    """Find whose order it is."""
    await asyncio.sleep(0)
    return f"the customer of {order}"


def lose_order(order: str) -> str:
    """Fail."""
    raise KeyError(f"{order} is lost")


def model(client: AsyncOpenAI) -> OpenAIChatModel:
    """A model that the client asks."""
    return OpenAIChatModel("gpt-4o-mini", provider=OpenAIProvider(openai_client=client))


def clerk(client: AsyncOpenAI, *tools: Callable[..., Any]) -> Agent[None, str]:
    """An agent with tools, of which it uses each once."""
    return Agent(model(client), name="clerk", instructions="Be brief.", tools=tools or (find_order,))
