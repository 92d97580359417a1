"""An agent and an index of LlamaIndex's, and how they are asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.schema import TextNode
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI

QUESTION = "4711"
ANSWER = "An answer to 4711"
ITS_OWN_WARNINGS = [
    # LlamaIndex looks at every attribute of an agent, deprecated ones of pydantic's too, and leaves the databases of
    # agents' memories to the collector.
    pytest.mark.filterwarnings("ignore:ServiceManager is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
_ALONE = {"Connection": "close"}  # each test has an event loop of its own, with which its connections end


def find_order(order: str) -> str:
    """Find an order."""
    return f"{order} is on its way"


def model_at(url: str) -> OpenAI:
    """A model at an address."""
    return OpenAI(model="gpt-4o-mini", api_base=url, api_key="demo", max_retries=0, default_headers=_ALONE)


def agent_of(model: Any, *tools: Any, name: str = "clerk", **options: Any) -> FunctionAgent:
    """An agent."""
    given = [FunctionTool.from_defaults(tool) for tool in tools or (find_order,)]
    return FunctionAgent(name=name, description="Finds orders.", tools=given, llm=model, **options)


def index_at(url: str) -> VectorStoreIndex:
    """An index of two texts."""
    embeddings = OpenAIEmbedding(api_base=url, api_key="demo", max_retries=0, default_headers=_ALONE)
    nodes = [TextNode(id_=f"n-{number}", text=text) for number, text in enumerate(("a secret", "another"))]
    return VectorStoreIndex(nodes, embed_model=embeddings)


def run(workflow: Any, question: str = QUESTION) -> str:
    """Run an agent, and wait."""

    async def main() -> str:
        return str(await workflow.run(user_msg=question))

    return asyncio.run(main())


def run_streamed(workflow: Any, question: str = QUESTION) -> str:
    """Run an agent, and read its events."""

    async def main() -> str:
        handler = workflow.run(user_msg=question)
        assert [event async for event in handler.stream_events()]
        return str(await handler)

    return asyncio.run(main())
