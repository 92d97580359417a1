"""Graphs of LangGraph: workflows, graphs in graphs, interrupts, hand-overs, errors, and streams that are left."""

from __future__ import annotations

import asyncio
import gc
import json
from inspect import isasyncgen, isgenerator
from typing import Annotated, Any, Literal

import pytest
from langchain_core.messages import AnyMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import MemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, interrupt
from tests.recordings.trees import outline
from typing_extensions import TypedDict

from verspan import semconv
from verspan.testing import CapturedTelemetry

from .asking import ANSWER, THREAD, agent_of, given


class State(TypedDict):
    """What the graphs of these tests hold."""

    messages: Annotated[list[AnyMessage], add_messages]


def graph_of(*nodes: Any, **options: Any) -> Any:
    """A graph of nodes that run side by side."""
    builder = StateGraph(State)
    for number, node in enumerate(nodes):
        builder.add_node(f"node_{number}", node)
        builder.add_edge(START, f"node_{number}")
        builder.add_edge(f"node_{number}", END)
    return builder.compile(**options)


def named(graph: Any, name: str) -> Any:
    """The graph with a name."""
    graph.name = name
    return graph


def test_nodes_in_threads(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """Nodes that run in threads at the same time find the workflow; nobody has named it, so it has no name."""
    graph = graph_of(*[lambda state: {"messages": [model.invoke(state["messages"])]}] * 3)
    graph.invoke(given())
    assert outline(captured.spans()) == ["None > invoke_workflow", *["invoke_workflow > chat gpt-4o-mini"] * 3]


def test_nodes_in_tasks(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """Nodes that run in tasks do, too."""

    async def node(state: State) -> Any:
        return {"messages": [await model.ainvoke(state["messages"])]}

    asyncio.run(named(graph_of(node, node), "triage").ainvoke(given()))
    assert outline(captured.spans()) == [
        "None > invoke_workflow triage",
        *["invoke_workflow triage > chat gpt-4o-mini"] * 2,
    ]


def test_agent_in_a_workflow(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """An agent that is a node of a workflow is below it, in the conversation that the workflow was given."""
    named(graph_of(agent_of(model)), "triage").invoke(given(), THREAD)
    spans = captured.spans()
    assert [(span.name, span.parent) for span in spans if span.kind == "INTERNAL"] == [
        ("execute_tool find_order", "invoke_agent clerk"),
        ("invoke_agent clerk", "invoke_workflow triage"),
        ("invoke_workflow triage", None),
    ]
    assert {span.attributes.get(semconv.GEN_AI_CONVERSATION_ID) for span in spans if span.kind == "INTERNAL"} == {
        "thread-1"
    }


def test_interrupt(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """A tool that waits for a human has not failed, nor has its agent; what the human says is the next run's input."""

    @tool
    def ask_human(order: str) -> str:
        """Ask a human."""
        return f"{order}: {interrupt('Refund?')}"

    agent = agent_of(model, ask_human, checkpointer=MemorySaver())
    agent.invoke(given(), THREAD)
    agent.invoke(Command(resume="yes"), THREAD)
    spans = captured.spans()
    assert {span.status for span in spans} == {("UNSET", None)}
    asked, answered = (span for span in spans if span.name == "execute_tool ask_human")
    assert semconv.GEN_AI_TOOL_CALL_RESULT not in asked.content
    assert json.loads(answered.content[semconv.GEN_AI_TOOL_CALL_RESULT]) == "4711: yes"
    _, resumed = (span for span in spans if span.name == "invoke_agent clerk")
    assert json.loads(resumed.content[semconv.GEN_AI_INPUT_MESSAGES]) == [
        {"role": "user", "parts": [{"type": "text", "content": "yes"}]}
    ]
    assert captured.unfinished() == 0


def test_hand_over(captured: CapturedTelemetry) -> None:
    """A node that goes on in the graph around its own has not failed."""
    inner = named(graph_of(lambda state: Command(goto="after", graph=Command.PARENT)), "inner")

    def enter(state: State) -> Command[Literal["after"]]:
        return inner.invoke(state)

    builder = StateGraph(State)
    builder.add_node("enter", enter)
    builder.add_node("after", lambda state: {"messages": ["done"]})
    builder.add_edge(START, "enter")
    named(builder.compile(), "outer").invoke(given())
    assert [(span.name, span.parent, span.status) for span in captured.spans()] == [
        ("invoke_workflow inner", "invoke_workflow outer", ("UNSET", None)),
        ("invoke_workflow outer", None, ("UNSET", None)),
    ]


def test_failure(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """What the client raises fails every span that it passes, once each."""
    with pytest.raises(Exception, match="cannot answer break") as raised:
        agent_of(model).invoke(given("break"))
    assert [(span.name, span.status) for span in captured.spans()] == [
        ("chat gpt-4o-mini", ("ERROR", "InternalServerError")),
        ("invoke_agent clerk", ("ERROR", type(raised.value).__qualname__)),
    ]
    assert [len(span.events) for span in captured.spans()] == [1, 1]


def test_cancelled(captured: CapturedTelemetry) -> None:
    """A task that is cancelled while its graph runs leaves no span open."""
    entered = asyncio.Event()

    async def node(state: State) -> Any:
        entered.set()
        await asyncio.Event().wait()

    async def main() -> None:
        task = asyncio.ensure_future(graph_of(node).ainvoke(given()))
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert [(span.name, span.status) for span in captured.spans()] == [("invoke_workflow", ("ERROR", "CancelledError"))]


def test_stream_left_half_way(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """A stream is a generator still, and ends its span once whether it is closed, dropped or never begun."""
    agent = agent_of(model)
    for _ in agent.stream(given()):
        break
    closed = agent.stream(given())
    assert isgenerator(closed)
    next(closed)
    closed.close()
    agent.stream(given())
    gc.collect()
    assert [span.name for span in captured.spans()] == ["chat gpt-4o-mini", "invoke_agent clerk"] * 2
    assert captured.unfinished() == 0


def test_async_stream_left_half_way(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """The same of an asynchronous one, begun in one task and closed in another."""

    async def main() -> None:
        stream = agent_of(model).astream(given())
        assert isasyncgen(stream)
        await asyncio.create_task(stream.__anext__())
        await asyncio.create_task(stream.aclose())

    asyncio.run(main())
    assert [(span.name, span.status[0]) for span in captured.spans()] == [
        ("chat gpt-4o-mini", "UNSET"),
        ("invoke_agent clerk", "UNSET"),
    ]
    assert captured.unfinished() == 0


@pytest.mark.parametrize(
    "options",
    [
        {"stream_mode": "values"},
        {"stream_mode": "updates"},
        {"stream_mode": "messages"},
        {"stream_mode": ["updates", "messages"]},
        {"stream_mode": ["values", "updates"], "subgraphs": True},
        {"stream_mode": "updates", "subgraphs": True},
    ],
)
def test_output_of_a_stream(captured: CapturedTelemetry, model: ChatOpenAI, options: dict[str, Any]) -> None:
    """The agent's answer is on its span in whatever way it is streamed."""
    assert list(agent_of(model).stream(given(), **options))
    (agent,) = (span for span in captured.spans() if span.name == "invoke_agent clerk")
    (said,) = json.loads(agent.content[semconv.GEN_AI_OUTPUT_MESSAGES])
    assert (said["role"], said["parts"][0]["content"].strip()) == ("assistant", ANSWER)


def test_state_without_messages(captured: CapturedTelemetry) -> None:
    """A workflow whose state holds no messages says the state."""

    class Count(TypedDict):
        number: int

    builder = StateGraph(Count)
    builder.add_node("double", lambda state: {"number": 2 * state["number"]})
    builder.add_edge(START, "double")
    builder.add_edge("double", END)
    assert builder.compile().invoke({"number": 2}) == {"number": 4}
    (span,) = captured.spans()
    said = [json.loads(span.content[name]) for name in (semconv.GEN_AI_INPUT_MESSAGES, semconv.GEN_AI_OUTPUT_MESSAGES)]
    assert said == [
        [{"role": "user", "parts": [{"type": "text", "content": '{"number":2}'}]}],
        [{"role": "assistant", "parts": [{"type": "text", "content": '{"number":4}'}]}],
    ]


def test_functional_api(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """An entrypoint is a workflow called by its function, and its tasks find it."""

    @task
    def ask(question: str) -> Any:
        return model.invoke(question).content

    @entrypoint()
    def triage(question: str) -> Any:
        return ask(question).result()

    assert triage.invoke("4711") == ANSWER
    assert outline(captured.spans()) == [
        "None > invoke_workflow triage",
        "invoke_workflow triage > chat gpt-4o-mini",
    ]


@pytest.mark.filterwarnings("ignore:The v3 streaming protocol")
def test_newer_protocol(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """Events of LangChain's newer protocol come through the same streams."""
    agent = agent_of(model)
    if not hasattr(agent, "stream_events"):
        pytest.skip("this langgraph has no newer protocol")
    assert list(agent.stream_events(given(), version="v3"))
    assert [(span.name, span.parent) for span in captured.spans()] == [
        ("chat gpt-4o-mini", "invoke_agent clerk"),
        ("execute_tool find_order", "invoke_agent clerk"),
        ("chat gpt-4o-mini", "invoke_agent clerk"),
        ("invoke_agent clerk", None),
    ]
