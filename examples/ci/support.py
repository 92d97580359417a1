"""The application: a support agent, and the scorer that it is judged by."""

from __future__ import annotations

from typing import Any

import openai

import verspan

verspan.openai.autolog()
MODEL = "gpt-4o-mini"
INSTRUCTIONS = "You answer the customers of a tea shop. Be kind and complete."


def answer(question: str) -> str:
    """Answer a customer."""
    with openai.OpenAI() as client:
        reply = client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "system", "content": INSTRUCTIONS}, {"role": "user", "content": question}],
            temperature=0,
        )
    return reply.choices[0].message.content or ""


@verspan.scorer
def on_topic(outputs: str, expectations: dict[str, Any]) -> bool:
    """Whether the answer speaks of what it has to."""
    return expectations["mentions"].lower() in outputs.lower()
