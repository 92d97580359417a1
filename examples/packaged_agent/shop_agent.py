"""A small agent as it stands in a repository: it knows nothing of packages."""

from collections.abc import Mapping

import openai


def answer(question: str, *, config: Mapping[str, str]) -> str:
    """Answer a customer's question, by the model that the configuration names."""
    reply = openai.OpenAI().chat.completions.create(
        model=config["model"], messages=[{"role": "user", "content": question}]
    )
    return reply.choices[0].message.content or ""
