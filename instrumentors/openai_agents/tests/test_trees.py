"""What runs of agents leave: whole trees of spans."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrailTripwireTriggered,
    RunConfig,
    Runner,
    handoff,
    input_guardrail,
    trace,
)
from tests.recordings.trees import assert_tree, outline

from verspan import semconv
from verspan.testing import CapturedTelemetry

from .running import CLERK, WAYS, find_customer, find_order, lose_order, run_async, run_streamed

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("run", WAYS)
def test_agent_with_a_tool(run: Callable[..., Any], captured: CapturedTelemetry) -> None:
    """A run is a workflow with the agent in it, and in the agent its tools and the client's calls of the model."""
    result = run(CLERK, "4711", run_config=RunConfig(workflow_name="orders", group_id="thread-1"))
    assert result.final_output == "An answer to 4711"
    assert_tree(SNAPSHOTS / f"{run.__name__}.json", captured.spans())
    assert captured.unfinished() == 0


@pytest.mark.parametrize("run", WAYS)
def test_handoff(run: Callable[..., Any], captured: CapturedTelemetry) -> None:
    """Agents that hand over to one another are children of one workflow, which has no name where it is given none."""
    desk = Agent(name="desk", model="gpt-4o-mini", handoffs=[handoff(Agent(name="expert", model="gpt-4o"))])
    assert run(desk, "4711").last_agent.name == "expert"
    assert outline(captured.spans()) == [
        "None > invoke_workflow",
        "invoke_agent desk > chat gpt-4o-mini",
        "invoke_agent desk > handoff expert",
        "invoke_agent expert > chat gpt-4o",
        "invoke_workflow > invoke_agent desk",
        "invoke_workflow > invoke_agent expert",
    ]


def test_parallel_tools(captured: CapturedTelemetry) -> None:
    """Tools that a model asks for at once are each a span of their own, with its own call."""
    agent = Agent(name="clerk", model="gpt-4o-mini", tools=[find_order, find_customer])
    run_async(agent, "4711")
    tools = {span.name: span for span in captured.spans() if span.name.startswith("execute_tool")}
    told = {
        name: (span.parent, span.attributes[semconv.GEN_AI_TOOL_CALL_ID], span.content[semconv.GEN_AI_TOOL_CALL_RESULT])
        for name, span in tools.items()
    }
    assert told == {
        "execute_tool find_order": ("invoke_agent clerk", "call_0", '"4711 is on its way"'),
        "execute_tool find_customer": ("invoke_agent clerk", "call_1", '"the customer of 4711"'),
    }


def test_agent_as_a_tool(captured: CapturedTelemetry) -> None:
    """An agent that is another's tool is inside that tool's span, and its calls are inside it."""
    expert = Agent(name="expert", model="gpt-4o").as_tool("ask_expert", "Ask the expert.")
    run_async(Agent(name="clerk", model="gpt-4o-mini", tools=[expert]), "4711")
    assert outline(captured.spans()) == [
        "None > invoke_workflow",
        "execute_tool ask_expert > invoke_agent expert",
        "invoke_agent clerk > chat gpt-4o-mini",
        "invoke_agent clerk > chat gpt-4o-mini",
        "invoke_agent clerk > execute_tool ask_expert",
        "invoke_agent expert > chat gpt-4o",
        "invoke_workflow > invoke_agent clerk",
    ]


@pytest.mark.parametrize("run", [run_async, run_streamed])
def test_guardrail(run: Callable[..., Any], captured: CapturedTelemetry) -> None:
    """A guardrail is a span that says whether it was triggered, and the run that it stops is a failed one."""

    @input_guardrail
    async def no_parcels(context: Any, agent: Any, asked: Any) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)

    agent = Agent(name="clerk", model="gpt-4o-mini", input_guardrails=[no_parcels])
    with pytest.raises(InputGuardrailTripwireTriggered):
        run(agent, "4711")
    spans = {span.name: span for span in captured.spans()}
    guardrail = spans["guardrail no_parcels"]
    assert guardrail.parent == "invoke_agent clerk"
    assert guardrail.attributes[semconv.VERSPAN_GUARDRAIL_TRIGGERED] is True
    assert spans["invoke_agent clerk"].attributes[semconv.ERROR_TYPE] in (
        "agent_error",
        "InputGuardrailTripwireTriggered",
    )
    assert captured.unfinished() == 0


def test_failing_tool(captured: CapturedTelemetry) -> None:
    """A tool that fails is a failed span, though the model is told and goes on."""
    run_async(Agent(name="clerk", model="gpt-4o-mini", tools=[lose_order]), "4711")
    tool = next(span for span in captured.spans() if span.name == "execute_tool lose_order")
    assert (tool.status, tool.attributes[semconv.ERROR_TYPE]) == (("ERROR", "function_error"), "function_error")
    assert tool.content[semconv.EXCEPTION_MESSAGE].startswith("Error running tool (non-fatal): ")


@pytest.mark.parametrize("run", WAYS)
def test_failing_model(run: Callable[..., Any], captured: CapturedTelemetry) -> None:
    """What a model's client raises is the failure of the call, of the agent and of the workflow, each once."""
    with pytest.raises(Exception, match="the parcel broke the model"):
        run(CLERK, "break 4711")
    assert [(span.name, span.status[0], span.attributes[semconv.ERROR_TYPE]) for span in captured.spans()] == [
        ("chat gpt-4o-mini", "ERROR", "InternalServerError"),
        ("invoke_agent clerk", "ERROR", "InternalServerError"),
        ("invoke_workflow", "ERROR", "InternalServerError"),
    ]
    assert captured.unfinished() == 0


def test_no_failure_of_its_own(captured: CapturedTelemetry) -> None:
    """A run that handles a failure of somebody else's is not a failed one."""
    try:
        os.environ["NOTHING_OF_THAT_NAME"]
    except KeyError:
        run_async(CLERK, "4711")
    assert {span.status[0] for span in captured.spans()} == {"UNSET"}


def test_traces_of_the_application(captured: CapturedTelemetry) -> None:
    """A trace of the application's is one workflow around all its runs, and around spans of its own."""

    async def shop() -> None:
        with trace("shop", group_id="thread-2"), captured.provider.get_tracer("shop").start_as_current_span("desk"):
            await Runner.run(Agent(name="first", model="gpt-4o"), "4711")
            await Runner.run(Agent(name="second", model="gpt-4o"), "4712")

    asyncio.run(shop())
    assert outline(captured.spans()) == [
        "None > invoke_workflow shop",
        "desk > invoke_agent first",
        "desk > invoke_agent second",
        "invoke_agent first > chat gpt-4o",
        "invoke_agent second > chat gpt-4o",
        "invoke_workflow shop > desk",
    ]
