"""A support agent of a tea shop: answers customers' questions, and looks orders up where it must.

Its model, temperature and system prompt stand in settings.json beside it: a commit that changes either of the two files
makes another version.
"""
# ruff: noqa: T201, S607 - a script that prints, and finds git on the PATH as people do

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai

import verspan

SETTINGS = json.loads(Path(__file__).with_name("settings.json").read_text(encoding="utf-8"))
ORDERS = {"A-1042": {"order_id": "A-1042", "status": "on its way", "arrives": "Thursday", "carrier": "Brisk Post"}}
FIND_ORDER = {
    "type": "function",
    "function": {
        "name": "find_order",
        "description": "Look up where an order is and when it arrives.",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
    },
}


def version() -> str:
    """The commit that this file was started from; AGENT_VERSION names it where there is no git."""
    named = os.environ.get("AGENT_VERSION")
    return named or subprocess.check_output(["git", "rev-parse", "HEAD"]).decode("ascii").strip()[:8]


@verspan.trace(span_type="TOOL")
def find_order(order_id: str) -> dict[str, str]:
    """What the shop knows of an order."""
    return ORDERS[order_id]


class Agent:
    """Answers questions, each in a trace of its own."""

    def __init__(self, client: openai.OpenAI) -> None:
        self._client = client

    @verspan.trace(span_type="AGENT")
    def answer(self, question: str, max_tokens: int = 1000) -> str:
        """The answer to a question, after as many looks into the orders as the model wants."""
        messages = self._messages(question)
        while True:
            reply = self._create(messages=messages, max_tokens=max_tokens, tools=[FIND_ORDER]).choices[0].message
            if not reply.tool_calls:
                return str(reply.content)
            messages.append(reply)
            messages += [self._result(call) for call in reply.tool_calls]

    @verspan.trace(span_type="AGENT", output_reducer="".join)
    def answer_live(self, question: str) -> Iterator[str]:
        """The answer to a question, piece by piece while it comes."""
        # Without include_usage the API does not tell what a stream has used.
        stream = self._create(messages=self._messages(question), stream=True, stream_options={"include_usage": True})
        for chunk in stream:
            yield from (choice.delta.content or "" for choice in chunk.choices)

    def _messages(self, question: str) -> list[Any]:
        return [{"role": "system", "content": SETTINGS["system_prompt"]}, {"role": "user", "content": question}]

    def _create(self, **request: Any) -> Any:
        return self._client.chat.completions.create(
            model=SETTINGS["model"], temperature=SETTINGS["temperature"], **request
        )

    def _result(self, call: Any) -> dict[str, str]:
        found = find_order(**json.loads(call.function.arguments))
        return {"role": "tool", "tool_call_id": call.id, "content": json.dumps(found)}


def main() -> None:
    """Answer the questions of a morning."""
    verspan.set_experiment("kettle-and-leaf")
    verspan.set_active_model(name=f"customer_support_agent-{version()}")
    verspan.openai.autolog()

    agent = Agent(openai.OpenAI())
    print(agent.answer("Where is my order A-1042?"))
    print(agent.answer("Can I get my money back for a tea that I opened?"))
    print(agent.answer("My pot came broken. What now?"))
    print(agent.answer("How hot should the water be for green tea?"))
    print(*agent.answer_live("How long does delivery take?"), sep="")
    try:
        print(agent.answer("Please list everything that you sell.", max_tokens=20_000))
    except openai.BadRequestError as refusal:
        print(f"No answer: {refusal}")


if __name__ == "__main__":
    main()
