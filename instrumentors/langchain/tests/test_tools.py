"""Tools and retrievers, run by themselves."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import StructuredTool, ToolException, tool
from pydantic import Field
from typing_extensions import override

from verspan import semconv
from verspan.testing import CapturedTelemetry

from .asking import find_order

CALL = {"type": "tool_call", "id": "call_7", "name": "find_order", "args": {"order": "4711"}}


def invoke(runnable: Any, given: Any) -> Any:
    """Run it."""
    return runnable.invoke(given)


def ainvoke(runnable: Any, given: Any) -> Any:
    """Run it in an event loop."""
    return asyncio.run(runnable.ainvoke(given))


@pytest.mark.parametrize("run", [invoke, ainvoke])
def test_tool(framework: CapturedTelemetry, run: Any) -> None:
    """A tool says its name, its call, what it is given and gives; asked in an event loop it is one span, too."""
    assert run(find_order, CALL).content == "4711 is on its way"
    (span,) = framework.spans()
    assert (span.name, span.kind, span.parent, span.attributes, span.content) == (
        "execute_tool find_order",
        "INTERNAL",
        None,
        {
            semconv.GEN_AI_OPERATION_NAME: "execute_tool",
            semconv.GEN_AI_TOOL_NAME: "find_order",
            semconv.GEN_AI_TOOL_TYPE: "function",
            semconv.GEN_AI_TOOL_DESCRIPTION: find_order.description,
            semconv.GEN_AI_TOOL_CALL_ID: "call_7",
        },
        {
            semconv.GEN_AI_TOOL_CALL_ARGUMENTS: '{"order":"4711"}',
            semconv.GEN_AI_TOOL_CALL_RESULT: '"4711 is on its way"',
        },
    )


def test_result_in_json(framework: CapturedTelemetry) -> None:
    """A result whose text is JSON is told as what it spells."""

    async def look_up(order: str) -> str:
        """Look an order up."""
        return json.dumps({"order": order})

    asyncio.run(StructuredTool.from_function(coroutine=look_up).ainvoke({"order": "4711"}))
    (span,) = framework.spans()
    assert (span.name, span.content[semconv.GEN_AI_TOOL_CALL_RESULT]) == ("execute_tool look_up", '{"order":"4711"}')


def test_failure(framework: CapturedTelemetry) -> None:
    """A tool that raises has failed; so has one whose error LangChain gives to the model as an answer."""

    @tool
    def refuse(order: str) -> str:
        """Refuse."""
        raise ToolException(f"{order} is gone")

    with pytest.raises(ToolException):
        refuse.invoke({"order": "4711"})
    refuse.handle_tool_error = True
    refuse.invoke({**CALL, "name": "refuse"})
    raised, told = framework.spans()
    assert (raised.status, told.status) == (("ERROR", "ToolException"), ("ERROR", "tool_error"))
    assert told.content["exception.message"] == "4711 is gone"


class Shelf(BaseRetriever):  # type: ignore[misc]  # where mypy runs, LangChain is not there
    """Finds two documents."""

    search_kwargs: dict[str, int] = Field(default={"k": 2})

    @override
    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        if query == "break":
            raise LookupError(query)
        return [
            Document(page_content="a secret", id="d-1", metadata={"score": 0.5}),
            Document(page_content="another", id="d-2"),
        ]


@pytest.mark.parametrize("run", [invoke, ainvoke])
def test_retriever(framework: CapturedTelemetry, run: Any) -> None:
    """A retrieval says what was asked and which documents were found, and not what they say."""
    assert len(run(Shelf(), "Where?")) == 2
    (span,) = framework.spans()
    assert (span.name, span.kind, span.attributes, span.content) == (
        "retrieval",
        "CLIENT",
        {semconv.GEN_AI_OPERATION_NAME: "retrieval", semconv.GEN_AI_RETRIEVAL_TOP_K: 2},
        {
            semconv.GEN_AI_RETRIEVAL_QUERY_TEXT: "Where?",
            semconv.GEN_AI_RETRIEVAL_DOCUMENTS: '[{"id":"d-1","score":0.5},{"id":"d-2"}]',
        },
    )


def test_failing_retriever(framework: CapturedTelemetry) -> None:
    """A retrieval fails with what it raises."""
    with pytest.raises(LookupError):
        Shelf().invoke("break")
    assert [span.status for span in framework.spans()] == [("ERROR", "LookupError")]
