"""Whole trees of spans, of crews and flows started in every way, above the spans of the client that they ask by."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from crewai import Process
from crewai.flow.flow import Flow, listen, start
from tests.recordings.replay import Mount

from verspan import semconv
from verspan.context import ActiveVersion, with_active_version
from verspan.instrumentation.stepping import AwaitIn, run_in
from verspan.testing import CapturedSpan, CapturedTelemetry
from verspan_crewai import CrewAIInstrumentor

from .models import ANSWER, MODEL, clerk, desk, find_order, model

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of CrewAI's, about itself

CREW = ("invoke_workflow desk", None)
AGENT = ("invoke_agent clerk", "invoke_workflow desk")
CHAT = (f"chat {MODEL}", "invoke_agent clerk")
TOOL = ("execute_tool find_order", "invoke_agent clerk")
TREE = Counter([CREW, AGENT, TOOL, CHAT, CHAT])
VERSION = ActiveVersion("m-" + "3" * 32, "shop")


def tree(captured: CapturedTelemetry) -> Counter[tuple[str, str | None]]:
    """Each span's name and that of its parent."""
    return Counter((span.name, span.parent) for span in captured.spans())


def test_crew(captured: CapturedTelemetry, mount: Mount) -> None:
    """A crew is a workflow, an agent's work on a task is below it, and below that its tools and the client's calls."""
    output = desk(mount).kickoff(inputs={"n": 4711})
    assert output.raw == ANSWER
    by_name = {span.name: span for span in captured.spans()}
    assert tree(captured) == TREE
    assert _described(by_name["execute_tool find_order"]) == (
        "INTERNAL",
        ("UNSET", None),
        {
            semconv.GEN_AI_OPERATION_NAME: "execute_tool",
            semconv.GEN_AI_TOOL_NAME: "find_order",
            semconv.GEN_AI_TOOL_TYPE: "function",
            semconv.GEN_AI_AGENT_NAME: "clerk",
        },
        {
            semconv.GEN_AI_TOOL_CALL_ARGUMENTS: {"number": 4711},
            semconv.GEN_AI_TOOL_CALL_RESULT: "order 4711 is on its way",
        },
    )
    assert _described(by_name["invoke_agent clerk"]) == (
        "INTERNAL",
        ("UNSET", None),
        {
            semconv.GEN_AI_OPERATION_NAME: "invoke_agent",
            semconv.GEN_AI_AGENT_NAME: "clerk",
            semconv.GEN_AI_REQUEST_MODEL: MODEL,
            semconv.CREWAI_TASK_NAME: "answer",
        },
        {
            semconv.GEN_AI_SYSTEM_INSTRUCTIONS: [_text("clerk"), _text("help"), _text("knows all")],
            semconv.GEN_AI_TOOL_DEFINITIONS: [
                {"type": "function", "name": "find_order", "description": find_order.description}
            ],
            semconv.GEN_AI_INPUT_MESSAGES: [
                {"role": "user", "parts": [_text("Where is order 4711?"), _text("a place")]}
            ],
            semconv.GEN_AI_OUTPUT_MESSAGES: [{"role": "assistant", "parts": [_text(ANSWER)]}],
        },
    )
    assert _described(by_name["invoke_workflow desk"]) == (
        "INTERNAL",
        ("UNSET", None),
        {semconv.GEN_AI_OPERATION_NAME: "invoke_workflow", semconv.GEN_AI_WORKFLOW_NAME: "desk"},
        {
            semconv.GEN_AI_INPUT_MESSAGES: [{"role": "user", "parts": [_text('{"n": 4711}')]}],
            semconv.GEN_AI_OUTPUT_MESSAGES: [{"role": "assistant", "parts": [_text(ANSWER)]}],
        },
    )
    assert captured.unfinished() == 0


def test_tokens_are_counted_once(captured: CapturedTelemetry, mount: Mount) -> None:
    """Tokens stand on the spans of the client's calls and nowhere else in the tree."""
    desk(mount).kickoff(inputs={"n": 4711})
    counted = {span.name for span in captured.spans() if semconv.GEN_AI_USAGE_INPUT_TOKENS in span.attributes}
    assert counted == {f"chat {MODEL}"}


async def test_crew_in_a_thread(captured: CapturedTelemetry, mount: Mount) -> None:
    """``kickoff_async``, which works on a thread, gives the same tree."""
    await desk(mount).kickoff_async(inputs={"n": 4711})
    assert tree(captured) == TREE


async def test_asynchronous_crew(captured: CapturedTelemetry, mount: Mount) -> None:
    """``akickoff``, which awaits all the way, gives the same tree."""
    await desk(mount).akickoff(inputs={"n": 4711})
    assert tree(captured) == TREE


def test_crew_for_each(captured: CapturedTelemetry, mount: Mount) -> None:
    """A crew that is started for each of several inputs is a tree for each."""
    desk(mount).kickoff_for_each(inputs=[{"n": 1}, {"n": 2}])
    assert tree(captured) == TREE + TREE


def test_tasks_on_threads(captured: CapturedTelemetry, mount: Mount) -> None:
    """Tasks that run on threads of their own are below their crew."""
    agents = [clerk(mount, role=role) for role in ("clerk", "porter")]
    desk(mount, *agents, asynchronous=True).kickoff(inputs={"n": 4711})
    agents_of = Counter(pair for pair in tree(captured).elements() if pair[0].startswith("invoke_agent"))
    assert agents_of == {AGENT: 1, ("invoke_agent porter", "invoke_workflow desk"): 2}
    chats = Counter(pair for pair in tree(captured).elements() if pair[0].startswith("chat"))
    assert set(chats) == {CHAT, (f"chat {MODEL}", "invoke_agent porter")}


def test_agent_with_a_time_limit(captured: CapturedTelemetry, mount: Mount) -> None:
    """An agent whose time is limited works on a thread, and gives the same tree."""
    agent = clerk(mount)
    agent.max_execution_time = 60
    desk(mount, agent).kickoff(inputs={"n": 4711})
    assert tree(captured) == TREE


def test_hierarchy(captured: CapturedTelemetry, mount: Mount) -> None:
    """A manager's agents work below the tool by which it hands work to them."""
    crew = desk(mount)
    crew.process, crew.manager_llm = Process.hierarchical, model(mount)
    crew.kickoff(inputs={"n": 4711})
    parents = {span.name: span.parent for span in captured.spans()}
    way = ["execute_tool find_order"]
    while (above := parents[way[-1]]) is not None:
        way.append(above)
    handing_on = way.pop(2)
    assert handing_on.startswith("execute_tool ")
    assert way == ["execute_tool find_order", "invoke_agent clerk", "invoke_agent Crew Manager", "invoke_workflow desk"]


def test_agent_alone(captured: CapturedTelemetry, mount: Mount) -> None:
    """An agent that is started without a crew is a root."""
    clerk(mount).kickoff("Where is order 4711?")
    assert tree(captured) == Counter([("invoke_agent clerk", None), TOOL, CHAT, CHAT])


async def test_asynchronous_agent_alone(captured: CapturedTelemetry, mount: Mount) -> None:
    """Likewise where it is awaited."""
    await clerk(mount).kickoff_async("Where is order 4711?")
    assert tree(captured) == Counter([("invoke_agent clerk", None), TOOL, CHAT, CHAT])


def test_flow(captured: CapturedTelemetry, mount: Mount) -> None:
    """A flow is a workflow, with the crews that its methods start below it; CrewAI's own flows are none."""

    class Day(Flow[Any]):  # type: ignore[misc]  # CrewAI is not there for the type checker
        @start()
        def morning(self) -> str:
            return str(desk(mount).kickoff(inputs={"n": 4711}).raw)

        @listen(morning)
        def evening(self, said: str) -> str:
            return said.upper()

    assert Day().kickoff() == ANSWER.upper()
    expected = (
        TREE
        - Counter([CREW])
        + Counter([("invoke_workflow Day", None), ("invoke_workflow desk", "invoke_workflow Day")])
    )
    assert tree(captured) == expected


async def test_versions_side_by_side(captured: CapturedTelemetry, mount: Mount) -> None:
    """Crews that work at once each have their own version, on every span."""
    versions = [ActiveVersion(f"m-{digit * 32}", name) for digit, name in (("1", "red"), ("2", "blue"))]
    await asyncio.gather(
        *(AwaitIn(with_active_version(version), desk(mount).kickoff_async({"n": 4711})) for version in versions)
    )
    named = Counter((span.attributes[semconv.LOGGED_MODEL_NAME], span.name) for span in captured.spans())
    names = Counter(name for name, _ in TREE.elements())
    assert named == Counter({(str(version.name), name): count for version in versions for name, count in names.items()})


def test_version(captured: CapturedTelemetry, mount: Mount) -> None:
    """Every span of a tree carries the active version."""
    run_in(with_active_version(VERSION), desk(mount).kickoff, {"n": 4711})
    assert {span.attributes[semconv.LOGGED_MODEL_ID] for span in captured.spans()} == {VERSION.model_id}


@pytest.mark.usefixtures("captured")
def test_requests_are_not_altered(mount: Mount) -> None:
    """What reaches the model is the same without the instrumentor."""
    desk(mount).kickoff(inputs={"n": 4711})
    CrewAIInstrumentor().uninstrument()
    desk(mount).kickoff(inputs={"n": 4711})
    bodies = [received.json for received in mount.received]
    assert bodies[:2] == bodies[2:]


def _described(span: CapturedSpan) -> tuple[str, tuple[str, str | None], dict[str, Any], dict[str, Any]]:
    content = {name: json.loads(text) for name, text in span.content.items()}
    return span.kind, span.status, dict(span.attributes), content


def _text(content: str) -> dict[str, str]:
    return {"type": "text", "content": content}
