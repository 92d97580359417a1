"""A canary: two versions answer in one process at the same time, and each call's trace carries its own."""

from __future__ import annotations

import asyncio

import openai

import verspan

STABLE, CANARY = "gpt-4o-mini", "gpt-4.1-mini"


async def answer(client: openai.AsyncOpenAI, question: str, request_model: str) -> str | None:
    """Answer one question; whatever version is active here is on the trace."""
    reply = await client.chat.completions.create(model=request_model, messages=[{"role": "user", "content": question}])
    return reply.choices[0].message.content


async def serve(client: openai.AsyncOpenAI, number: int) -> None:
    """Serve one visitor: every fourth by the canary."""
    is_canary = number % 4 == 0
    # The block reaches what is awaited, called or started as a task inside it, and nothing beside it.
    with verspan.active_model(name="shop-canary" if is_canary else "shop-stable"):
        await answer(client, f"I am visitor {number}. How long is delivery?", CANARY if is_canary else STABLE)


async def main() -> None:
    """Serve twenty visitors at once."""
    async with openai.AsyncOpenAI() as client:
        await asyncio.gather(*(serve(client, number) for number in range(20)))


if __name__ == "__main__":
    verspan.set_experiment("examples")
    verspan.openai.autolog()
    asyncio.run(main())
