"""Chains: the outermost is a workflow, and what is inside passes its context on without spans of its own."""

from __future__ import annotations

import asyncio
import json
from inspect import isasyncgen, isgenerator
from typing import Any

import pytest
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnableParallel
from langchain_openai import ChatOpenAI
from tests.recordings.trees import outline

from verspan import semconv
from verspan.testing import CapturedTelemetry


def chain_of(model: ChatOpenAI) -> Any:
    """A prompt, a function, two chains side by side, each with a model and a parser, and a function."""
    branch = model | StrOutputParser()
    prompt = ChatPromptTemplate.from_template("Where is {order}?")
    joined = RunnableLambda(lambda answers: f"{answers['first']} {answers['second']}")
    return prompt | RunnableLambda(lambda value: value) | RunnableParallel(first=branch, second=branch) | joined


SAID = "An answer to Where is 4711? An answer to Where is 4711?"
TREE = ["None > invoke_workflow", *["invoke_workflow > chat gpt-4o-mini"] * 2]


async def awaited(stream: Any) -> str:
    """All that an asynchronous stream gives."""
    kept = isasyncgen(stream)
    assert kept
    return "".join([chunk async for chunk in stream])


def read(stream: Any) -> str:
    """All that a stream gives."""
    kept = isgenerator(stream)
    assert kept
    return "".join(stream)


ORDER = {"order": "4711"}
WAYS = [
    lambda chain: chain.invoke(ORDER),
    lambda chain: asyncio.run(chain.ainvoke(ORDER)),
    lambda chain: read(chain.stream(ORDER)),
    lambda chain: asyncio.run(awaited(chain.astream(ORDER))),
]


@pytest.mark.parametrize("ask", WAYS)
def test_chain(captured: CapturedTelemetry, model: ChatOpenAI, ask: Any) -> None:
    """A chain is one workflow with the model's calls below it, through functions, branches and inner chains."""
    assert " ".join(ask(chain_of(model)).split()) == SAID
    spans = captured.spans()
    assert outline(spans) == TREE
    (workflow,) = (span for span in spans if span.parent is None)
    said = json.loads(workflow.content[semconv.GEN_AI_OUTPUT_MESSAGES])[0]["parts"][0]["content"]
    assert (workflow.content[semconv.GEN_AI_INPUT_MESSAGES], " ".join(said.split())) == (
        '[{"role":"user","parts":[{"type":"text","content":"{\\"order\\":\\"4711\\"}"}]}]',
        SAID,
    )


@pytest.mark.parametrize(
    "ask", [lambda chain: chain.batch([ORDER] * 3), lambda chain: asyncio.run(chain.abatch([ORDER] * 3))]
)
def test_batch(captured: CapturedTelemetry, model: ChatOpenAI, ask: Any) -> None:
    """A batch goes through a chain step by step, so it is one workflow; its answers are those of the assistant."""
    assert ask(chain_of(model)) == [SAID] * 3
    spans = captured.spans()
    assert outline(spans) == ["None > invoke_workflow", *["invoke_workflow > chat gpt-4o-mini"] * 6]
    (workflow,) = (span for span in spans if span.parent is None)
    assert [said["role"] for said in json.loads(workflow.content[semconv.GEN_AI_OUTPUT_MESSAGES])] == ["assistant"] * 3


def test_named(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """A chain is called what the application calls it, and belongs to the conversation that its history is of."""
    chain = chain_of(model).with_config(run_name="triage")
    chain.invoke(ORDER, {"configurable": {"session_id": "s-1"}})
    *_, workflow = captured.spans()
    assert (workflow.name, workflow.attributes[semconv.GEN_AI_WORKFLOW_NAME]) == ("invoke_workflow triage", "triage")
    assert workflow.attributes[semconv.GEN_AI_CONVERSATION_ID] == "s-1"


def test_failure(captured: CapturedTelemetry, model: ChatOpenAI) -> None:
    """A chain fails with what fails in it."""
    with pytest.raises(Exception, match="cannot answer"):
        chain_of(model).invoke({"order": "break"})
    assert {(span.name, span.status[0]) for span in captured.spans()} == {
        ("invoke_workflow", "ERROR"),
        ("chat gpt-4o-mini", "ERROR"),
    }


def test_single_runnables(captured: CapturedTelemetry) -> None:
    """A function, a prompt or a parser alone is no workflow."""
    RunnableLambda(lambda value: value).invoke("4711")
    ChatPromptTemplate.from_template("{order}").invoke(ORDER)
    StrOutputParser().invoke("4711")
    assert captured.spans() == []
