"""Tools: one trace holds the question, the model's calls, what the tools answered, and the answer."""

from __future__ import annotations

import json
from typing import Any

import openai

import verspan

FIND_ORDER: Any = {
    "type": "function",
    "function": {
        "name": "find_order",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
    },
}


@verspan.trace(span_type="TOOL")
def find_order(order_id: str) -> dict[str, str]:
    """Where an order is; in an application of yours it asks the shop's database."""
    return {"order_id": order_id, "status": "on its way", "arrives": "Thursday", "carrier": "Brisk Post"}


@verspan.trace(span_type="AGENT")
def answer(client: openai.OpenAI, question: str) -> str | None:
    """Ask the model, answer its calls, and ask again until it has none."""
    messages: list[Any] = [{"role": "user", "content": question}]
    while True:
        reply = client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=[FIND_ORDER])
        message = reply.choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message)
        for call in message.tool_calls:
            if call.type == "function":
                found = find_order(**json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(found)})


if __name__ == "__main__":
    verspan.set_experiment("examples")
    verspan.set_active_model(name="tools-v1")
    verspan.openai.autolog()
    with openai.OpenAI() as openai_client:
        print(answer(openai_client, "Where are my orders A-1042 and A-1077?"))
