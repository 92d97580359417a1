"""Agents and workflows: whole trees of spans, errors, cancellation, and what waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.agent.workflow import AgentWorkflow, FunctionAgent
from llama_index.core.workflow import Context, Event, StartEvent, StopEvent, Workflow, step
from llama_index.llms.openai import OpenAI
from tests.recordings.trees import assert_tree, outline

from verspan import semconv
from verspan.testing import CapturedTelemetry

from .agents import ANSWER, ITS_OWN_WARNINGS, agent_of, run, run_streamed

pytestmark = ITS_OWN_WARNINGS

SNAPSHOTS = Path(__file__).parent / "snapshots"
Run = Callable[..., str]


@pytest.mark.parametrize("ask", [run, run_streamed])
def test_agent(captured: CapturedTelemetry, model: OpenAI, ask: Run) -> None:
    """An agent's span has its tools below it and the client's calls of the model, with their tokens, once each."""
    assert ask(agent_of(model, system_prompt="Be brief.")).strip() == ANSWER
    assert_tree(SNAPSHOTS / "agent.json", captured.spans())
    assert captured.unfinished() == 0


TREE = [
    "None > invoke_agent clerk",
    "invoke_agent clerk > chat gpt-4o-mini",
    "invoke_agent clerk > chat gpt-4o-mini",
    "invoke_agent clerk > execute_tool find_order",
]


@pytest.mark.parametrize("options", [{"streaming": True}, {"streaming": False}])
def test_without_the_client(framework: CapturedTelemetry, model: OpenAI, options: dict[str, Any]) -> None:
    """Where nobody instruments the client, each of the model's calls has a span all the same, in the same place."""
    run(agent_of(model, **options))
    spans = framework.spans()
    assert outline(spans) == TREE
    assert [span.attributes.get(semconv.GEN_AI_USAGE_INPUT_TOKENS) for span in spans] == [20, None, 20, None]


def test_workflow_of_one_agent(captured: CapturedTelemetry, model: OpenAI) -> None:
    """A workflow of a single agent is that agent's run."""
    run(AgentWorkflow(agents=[agent_of(model)]))
    assert outline(captured.spans()) == TREE


def transfer(order: str) -> str:
    """Transfer an order."""
    return order


def test_several_agents(captured: CapturedTelemetry, model: OpenAI) -> None:
    """A workflow of several agents has each turn of an agent below it, and the tools between the turns."""
    agents = [agent_of(model, name=name) for name in ("clerk", "boss")]
    run(AgentWorkflow(agents=agents, root_agent="clerk"))
    assert outline(captured.spans()) == [
        "None > invoke_workflow",
        "invoke_agent clerk > chat gpt-4o-mini",
        "invoke_agent clerk > chat gpt-4o-mini",
        "invoke_workflow > execute_tool find_order",
        "invoke_workflow > execute_tool handoff",
        "invoke_workflow > invoke_agent clerk",
        "invoke_workflow > invoke_agent clerk",
    ]


def test_agent_in_a_tool(captured: CapturedTelemetry, model: OpenAI) -> None:
    """An agent that a tool asks is below the tool."""
    inner = agent_of(model, name="inner")

    async def ask_inner(question: str) -> str:
        """Ask another agent."""
        return str(await inner.run(user_msg=question))

    run(agent_of(model, ask_inner))
    spans = {(span.name, span.parent) for span in captured.spans()}
    assert ("invoke_agent inner", "execute_tool ask_inner") in spans
    assert ("execute_tool find_order", "invoke_agent inner") in spans


class Found(Event):  # type: ignore[misc]  # where mypy runs, LlamaIndex is not there
    """Something has been found."""

    text: str


class Triage(Workflow):  # type: ignore[misc]  # likewise
    """A workflow of the application's own: two steps, each of which asks a model."""

    model: Any = None

    @step
    async def look(self, event: StartEvent) -> Found:
        return Found(text=(await self.model.acomplete(event.question)).text)

    @step
    async def tell(self, event: Found) -> StopEvent:
        return StopEvent(result=(await self.model.acomplete("4711")).text)


def triage(model: OpenAI, question: str) -> Any:
    """Run the workflow."""

    async def main() -> Any:
        workflow = Triage()
        workflow.model = model
        return await workflow.run(question=question)

    return asyncio.run(main())


def test_workflow(captured: CapturedTelemetry, model: OpenAI) -> None:
    """A workflow of the application's is called by its class, and its steps find it in their tasks."""
    assert triage(model, "4711") == ANSWER
    spans = captured.spans()
    assert outline(spans) == ["None > invoke_workflow Triage", *["invoke_workflow Triage > chat gpt-4o-mini"] * 2]
    assert [json.loads(spans[-1].content[name])[0]["parts"][0]["content"] for name in CONTENT] == [
        '{"question":"4711"}',
        ANSWER,
    ]


CONTENT = (semconv.GEN_AI_INPUT_MESSAGES, semconv.GEN_AI_OUTPUT_MESSAGES)


def test_failure(captured: CapturedTelemetry, model: OpenAI) -> None:
    """What a step raises fails the workflow's span, once."""
    with pytest.raises(Exception, match="cannot answer break") as raised:
        triage(model, "break")
    spans = captured.spans()
    assert [(span.name, span.status) for span in spans] == [
        ("chat gpt-4o-mini", ("ERROR", "InternalServerError")),
        ("invoke_workflow Triage", ("ERROR", type(raised.value).__qualname__)),
    ]
    assert captured.unfinished() == 0


def test_cancelled(captured: CapturedTelemetry, model: OpenAI) -> None:
    """A run that the application cancels leaves no span open."""

    async def wait(order: str) -> str:
        """Wait for ever."""
        entered.set()
        await asyncio.Event().wait()
        return order

    entered = asyncio.Event()

    async def main() -> None:
        handler = agent_of(model, wait).run(user_msg="4711")
        await entered.wait()
        await handler.cancel_run()
        await asyncio.gather(handler, return_exceptions=True)

    asyncio.run(main())
    ended = {span.name: span.status[0] for span in captured.spans()}
    assert ended == {"chat gpt-4o-mini": "UNSET", "execute_tool wait": "ERROR", "invoke_agent clerk": "ERROR"}
    assert captured.unfinished() == 0


def test_tool_that_fails(captured: CapturedTelemetry, model: OpenAI) -> None:
    """A tool that raises has failed, though its agent tells the model and goes on."""

    def refuse(order: str) -> str:
        """Refuse."""
        raise LookupError(order)

    run(agent_of(model, refuse))
    assert {span.name: span.status for span in captured.spans()} == {
        "chat gpt-4o-mini": ("UNSET", None),
        "execute_tool refuse": ("ERROR", "LookupError"),
        "invoke_agent clerk": ("UNSET", None),
    }


def test_context_of_the_workflow(captured: CapturedTelemetry, model: OpenAI) -> None:
    """The workflow's context that a tool is given is no argument of it."""

    async def remember(ctx: Context, order: str) -> str:
        """Remember an order."""
        return order

    # LlamaIndex knows the context by its type, and not by the type's name that stands here otherwise.
    remember.__annotations__["ctx"] = Context
    run(agent_of(model, remember))
    (tool,) = (span for span in captured.spans() if span.name == "execute_tool remember")
    assert tool.content[semconv.GEN_AI_TOOL_CALL_ARGUMENTS] == '{"order":"4711"}'


def test_agent_of_a_class_made_later(captured: CapturedTelemetry, model: OpenAI) -> None:
    """An agent of the application's own class is one, too."""

    class Clerk(FunctionAgent):  # type: ignore[misc]  # where mypy runs, LlamaIndex is not there
        pass

    run(Clerk(name="own", description="Mine.", tools=[], llm=model))
    assert outline(captured.spans()) == ["None > invoke_agent own", "invoke_agent own > chat gpt-4o-mini"]
