"""Query engines, chat engines, retrievers and tools outside of agents."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import Any

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.tools import FunctionTool, QueryEngineTool
from llama_index.llms.openai import OpenAI
from tests.recordings.replay import Mount
from tests.recordings.trees import outline

from verspan import semconv
from verspan.testing import CapturedTelemetry

from .agents import ITS_OWN_WARNINGS, find_order, index_at

pytestmark = ITS_OWN_WARNINGS


@pytest.fixture
def index(mount: Mount) -> VectorStoreIndex:
    """An index, made before anything is instrumented."""
    return index_at(mount.url)


TREE = [
    "None > invoke_workflow",
    "invoke_workflow > chat gpt-4o-mini",
    "invoke_workflow > retrieval",
    "retrieval > embeddings text-embedding-ada-002",
]


async def read(asking: Any) -> str:
    """The text of an answer that is streamed."""
    return "".join([piece async for piece in (await asking).response_gen])


@pytest.mark.parametrize(
    "ask",
    [
        lambda index, model: index.as_query_engine(llm=model).query("Where?").response,
        lambda index, model: asyncio.run(index.as_query_engine(llm=model).aquery("Where?")).response,
        lambda index, model: "".join(index.as_query_engine(llm=model, streaming=True).query("Where?").response_gen),
        lambda index, model: asyncio.run(read(index.as_query_engine(llm=model, streaming=True).aquery("Where?"))),
    ],
)
def test_query(index: VectorStoreIndex, captured: CapturedTelemetry, model: OpenAI, ask: Any) -> None:
    """A query is a workflow with the retrieval and the client's calls below it, one that is streamed, too."""
    said = ask(index, model)
    assert "Where?" in said
    spans = captured.spans()
    assert outline(spans) == TREE
    assert captured.unfinished() == 0
    assert [json.loads(spans[-1].content[name])[0]["parts"][0]["content"] for name in CONTENT] == ["Where?", said]


CONTENT = (semconv.GEN_AI_INPUT_MESSAGES, semconv.GEN_AI_OUTPUT_MESSAGES)


def test_stream_that_nobody_reads(index: VectorStoreIndex, captured: CapturedTelemetry, model: OpenAI) -> None:
    """A streamed answer that is dropped leaves no span open."""
    index.as_query_engine(llm=model, streaming=True).query("Where?")
    gc.collect()
    assert "invoke_workflow" in [span.name for span in captured.spans()]
    assert captured.unfinished() == 0


@pytest.mark.parametrize("mode", ["context", "simple"])
def test_chat(index: VectorStoreIndex, captured: CapturedTelemetry, model: OpenAI, mode: Any) -> None:
    """A chat engine is a workflow, too."""
    index.as_chat_engine(llm=model, chat_mode=mode).chat("Where?")
    found = outline(captured.spans())
    assert found == (TREE if mode == "context" else TREE[:2])


@pytest.mark.parametrize(
    "ask",
    [
        lambda retriever: retriever.retrieve("Where?"),
        lambda retriever: asyncio.run(retriever.aretrieve("Where?")),
    ],
)
def test_retrieval(index: VectorStoreIndex, framework: CapturedTelemetry, ask: Any) -> None:
    """A retrieval says what was asked and which nodes were found, and not what they say."""
    found = ask(index.as_retriever(similarity_top_k=2))
    (span,) = framework.spans()
    assert (span.name, span.kind, span.attributes) == (
        "retrieval",
        "CLIENT",
        {semconv.GEN_AI_OPERATION_NAME: "retrieval", semconv.GEN_AI_RETRIEVAL_TOP_K: 2},
    )
    assert span.content[semconv.GEN_AI_RETRIEVAL_QUERY_TEXT] == "Where?"
    assert json.loads(span.content[semconv.GEN_AI_RETRIEVAL_DOCUMENTS]) == [
        {"id": one.node.node_id, "score": one.score} for one in found
    ]


async def wait_for(order: str) -> str:
    """Find an order in an event loop."""
    return json.dumps({"order": order})


@pytest.mark.parametrize(
    ("tool", "name", "result"),
    [
        (FunctionTool.from_defaults(find_order), "find_order", '"4711 is on its way"'),
        (FunctionTool.from_defaults(async_fn=wait_for), "wait_for", '{"order":"4711"}'),
    ],
)
@pytest.mark.parametrize(
    "run", [lambda tool: tool.call(order="4711"), lambda tool: asyncio.run(tool.acall(order="4711"))]
)
def test_tool(framework: CapturedTelemetry, tool: Any, name: str, result: str, run: Any) -> None:
    """A tool is one span, asked in an event loop or not."""
    run(tool)
    (span,) = framework.spans()
    assert (span.name, span.parent, span.content) == (
        f"execute_tool {name}",
        None,
        {semconv.GEN_AI_TOOL_CALL_ARGUMENTS: '{"order":"4711"}', semconv.GEN_AI_TOOL_CALL_RESULT: result},
    )


def test_engine_as_a_tool(index: VectorStoreIndex, captured: CapturedTelemetry, model: OpenAI) -> None:
    """An engine inside a tool is no workflow of its own."""
    QueryEngineTool.from_defaults(index.as_query_engine(llm=model), name="ask").call("Where?")
    assert outline(captured.spans()) == [
        "None > execute_tool ask",
        "execute_tool ask > chat gpt-4o-mini",
        "execute_tool ask > retrieval",
        "retrieval > embeddings text-embedding-ada-002",
    ]
