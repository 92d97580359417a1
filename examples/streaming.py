"""Streams: a trace ends with its stream, and knows when the first piece came and what the whole one used."""

from __future__ import annotations

import asyncio

import openai

import verspan


def ask(client: openai.OpenAI, question: str) -> None:
    """Show an answer while it comes."""
    stream = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": question}],
        stream=True,
        stream_options={"include_usage": True},  # without it the API tells no tokens of a stream
    )
    for chunk in stream:
        if chunk.choices:
            print(chunk.choices[0].delta.content or "", end="", flush=True)
    print()


async def ask_until(client: openai.AsyncOpenAI, question: str, last_word: str) -> None:
    """Show an answer and leave at a word: the trace ends there, and holds what came until then."""
    async with client.chat.completions.stream(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    ) as stream:
        async for event in stream:
            if event.type == "content.delta":
                print(event.delta, end="", flush=True)
                if last_word in event.snapshot:
                    break
    print()


async def main() -> None:
    """Ask both ways."""
    with openai.OpenAI() as client:
        ask(client, "How long does delivery take?")
    async with openai.AsyncOpenAI() as client:
        await ask_until(client, "How long does delivery take?", last_word="abroad")


if __name__ == "__main__":
    verspan.set_experiment("examples")
    verspan.set_active_model(name="streaming-v1")
    verspan.openai.autolog()
    asyncio.run(main())
