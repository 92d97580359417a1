"""What the support agent answers, as `verspan evaluate` and `verspan bisect` ask it."""

import openai
from agent import Agent  # type: ignore[import-not-found]  # the story puts it beside this file

import verspan

verspan.set_experiment("kettle-and-leaf")
verspan.openai.autolog()
_agent = Agent(openai.OpenAI())


def answer(question: str) -> str:
    """The answer to a customer's question."""
    return str(_agent.answer(question))
