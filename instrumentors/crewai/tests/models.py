"""A model that calls a tool where it is given one, and crews that ask it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool
from tests.recordings.interactions import Interaction
from tests.recordings.replay import Mount, Received

MODEL = "gpt-4o-mini"
ANSWER = "It is on its way."


def answer(asked: Received) -> Interaction:
    """What the model says: a call of the first tool, or of one that hands work on, and then the answer.

    It refuses whatever has to do with a Ms Doe.
    """
    body = asked.json
    said: dict[str, Any]
    called = any(message["role"] == "tool" for message in body["messages"])
    if "Doe" in json.dumps(body["messages"]):
        return _interaction(400, {"error": {"message": "nothing about Ms Doe", "type": "invalid", "code": "refused"}})
    if not body.get("tools") or called:
        said, reason = {"content": ANSWER}, "stop"
    else:
        names = [tool["function"]["name"] for tool in body["tools"]]
        name = next((name for name in names if name.startswith("delegate")), names[0])
        said, reason = {"content": None, "tool_calls": [_call(name)]}, "tool_calls"
    return _streamed(said, reason) if body.get("stream") else _interaction(200, _completion(said, reason))


@tool("find_order")
def find_order(number: int) -> str:
    """Find an order."""
    return f"order {number} is on its way"


@tool("lose_order")
def lose_order(number: int) -> str:
    """Lose an order."""
    raise LookupError(f"order {number} of Ms Roe is gone")


def model(mount: Mount) -> LLM:
    """The model, by the client of OpenAI."""
    return LLM(model=f"openai/{MODEL}", base_url=mount.url, api_key="test-key", max_retries=0)


def clerk(mount: Mount, tools: Sequence[Any] = (find_order,), role: str = "clerk") -> Agent:
    """An agent."""
    return Agent(role=role, goal="help", backstory="knows all", llm=model(mount), tools=list(tools), max_retry_limit=0)


def desk(mount: Mount, *agents: Agent, asynchronous: bool = False, question: str = "Where is order {n}?") -> Crew:
    """A crew with a task for each of its agents."""
    crew = agents or (clerk(mount),)
    tasks = [
        Task(name="answer", description=question, expected_output="a place", agent=one, async_execution=asynchronous)
        for one in crew
    ]
    if asynchronous:
        tasks.append(
            Task(name="sum up", description="Sum up.", expected_output="a line", agent=crew[-1], context=tasks)
        )
    return Crew(name="desk", agents=list(crew), tasks=tasks, tracing=False)


def _completion(message: dict[str, Any], finish_reason: str) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish_reason}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], "usage": usage}


def _call(name: str) -> dict[str, Any]:
    handing_on = {"task": "Find order 4711.", "context": "It is urgent.", "coworker": "clerk"}
    arguments = handing_on if name.startswith("delegate") else {"number": 4711}
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"index": 0, "id": "call_1", "type": "function", "function": function}


def _streamed(said: dict[str, Any], reason: str) -> Interaction:
    deltas = [({"role": "assistant", **said}, None), ({}, reason)]
    chunks = [
        {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": MODEL,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        for delta, finish in deltas
    ]
    sent = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    return Interaction("corpus/model", "1", "", {}, 200, {"content-type": "text/event-stream"}, sent.encode())


def _interaction(status: int, body: dict[str, Any]) -> Interaction:
    headers = {"content-type": "application/json"}
    return Interaction("corpus/model", "1", "", {}, status, headers, json.dumps(body).encode())
