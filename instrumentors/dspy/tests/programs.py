"""Programs of a shop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import dspy

T = TypeVar("T")


def run_in_a_loop(running: Coroutine[Any, Any, T]) -> T:
    """Run something asynchronous, and wait for nothing else: a task that LiteLLM leaves may never end."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(running)
    finally:
        loop.close()


def find_order(order: str) -> str:
    """Find an order."""
    return f"{order} is on its way"


def lose_order(order: str) -> str:
    """Fail."""
    raise KeyError(f"{order} is lost")


class Clerk(dspy.Signature):  # type: ignore[misc]  # DSPy is not where types are checked
    """Answer briefly."""

    question: str = dspy.InputField()
    answer: str = dspy.OutputField()


class Shop(dspy.Module):  # type: ignore[misc]  # likewise
    """A program of two steps."""

    def __init__(self, find: Any = find_order) -> None:
        super().__init__()
        self.summarise = dspy.ChainOfThought("question -> topic")
        self.clerk = dspy.ReAct(Clerk, tools=[dspy.Tool(find, name="find_order")], max_iters=3)

    def forward(self, question: str) -> Any:
        """Ask the clerk about what it is about."""
        self.summarise(question=question)
        return self.clerk(question=question)

    async def aforward(self, question: str) -> Any:
        """The same, asynchronously."""
        await self.summarise.acall(question=question)
        return await self.clerk.acall(question=question)
