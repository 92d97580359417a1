"""A recorded workflow of two models, one after the other, through LangGraph."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph
from tests.recordings.interactions import CASSETTES, Interaction, events, recorded
from tests.recordings.replay import ReplayServer
from typing_extensions import TypedDict

from verspan import semconv
from verspan.testing import CapturedTelemetry

SOURCE = "otel-genai-langchain/workflow_conformance"


class State(TypedDict, total=False):
    """The question, and what the two models say."""

    question: str
    found: str
    summary: str


def workflow_of(model: Any, first: Interaction, second: Interaction) -> Any:
    """The recorded workflow: research, then a summary."""

    def ask(interaction: Interaction, content: str) -> str:
        instructions = interaction.request["messages"][0]["content"]
        return str(model.invoke([SystemMessage(instructions), HumanMessage(content)]).content)

    builder = StateGraph(State)
    builder.add_node("research", lambda state: {"found": ask(first, state["question"])})
    builder.add_node("summarise", lambda state: {"summary": ask(second, state["found"])})
    builder.add_edge(START, "research")
    builder.add_edge("research", "summarise")
    builder.add_edge("summarise", END)
    return builder.compile()


@pytest.mark.skipif(not CASSETTES.is_dir(), reason=f"the recordings of real APIs are not at {CASSETTES}")
def test_workflow(server: ReplayServer, captured: CapturedTelemetry) -> None:
    """The requests are those that were recorded, and their tokens are on the spans of the calls alone."""
    found = recorded(Interaction, lambda url: url.startswith("https://api.openai.com/"))
    first, second = [one for one in found if one.source == SOURCE][:2]
    mount = server.mount([first, second])
    options: dict[str, Any] = {"api_key": "demo", "max_retries": 0, "default_headers": {"Connection": "close"}}
    model = ChatOpenAI(
        model="gpt-3.5-turbo", temperature=0.1, max_tokens=200, seed=42, base_url=f"{mount.url}/v1", **options
    )
    said = workflow_of(model, first, second).invoke({"question": "What is the capital of France?"})
    answers = [events(one)[0] for one in (first, second)]
    assert [said["found"], said["summary"]] == [one["choices"][0]["message"]["content"] for one in answers]
    assert [one.json["messages"] for one in mount.received] == [one.request["messages"] for one in (first, second)]
    *calls, workflow = captured.spans()
    assert [(span.name, span.parent) for span in calls] == [("chat gpt-3.5-turbo", "invoke_workflow")] * 2
    assert [span.attributes[semconv.GEN_AI_USAGE_INPUT_TOKENS] for span in calls] == [
        one["usage"]["prompt_tokens"] for one in answers
    ]
    assert not [name for name in workflow.attributes if name.startswith("gen_ai.usage")]
