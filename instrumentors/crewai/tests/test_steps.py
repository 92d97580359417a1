"""Steps one by one: what fails, what is remembered and looked up, and models whose client nobody instruments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from crewai.knowledge.knowledge import Knowledge
from crewai.knowledge.storage.base_knowledge_storage import BaseKnowledgeStorage
from crewai.memory.unified_memory import Memory
from tests.recordings.replay import Mount

from verspan import semconv
from verspan.testing import CapturedSpan, CapturedTelemetry
from verspan_openai import OpenAIInstrumentor

from .models import ANSWER, MODEL, clerk, desk, lose_order, model

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of CrewAI's, about itself


def spans_named(captured: CapturedTelemetry, name: str) -> list[CapturedSpan]:
    """The spans of a name."""
    return [span for span in captured.spans() if span.name == name]


def test_failing_tool(captured: CapturedTelemetry, mount: Mount) -> None:
    """A tool that raises is an error of its own, and none of the agent that goes on."""
    desk(mount, clerk(mount, [lose_order])).kickoff(inputs={"n": 4711})
    tools = spans_named(captured, "execute_tool lose_order")
    assert {(span.status, span.attributes[semconv.ERROR_TYPE]) for span in tools} == {
        (("ERROR", "LookupError"), "LookupError")
    }
    assert tools[0].content[semconv.EXCEPTION_MESSAGE] == "order 4711 of Ms Roe is gone"
    (agent,) = spans_named(captured, "invoke_agent clerk")
    assert agent.status == ("UNSET", None)


def test_failing_model(captured: CapturedTelemetry, mount: Mount) -> None:
    """What the model refuses is an error of the client's call, of the agent, and of the crew."""
    with pytest.raises(Exception, match="Doe"):
        desk(mount, question="Where does Ms Doe live?").kickoff()
    spans = {span.name: span for span in captured.spans()}
    assert {name: span.status[0] for name, span in spans.items()} == {
        f"chat {MODEL}": "ERROR",
        "invoke_agent clerk": "ERROR",
        "invoke_workflow desk": "ERROR",
    }
    assert len(spans_named(captured, "invoke_agent clerk")) == 1
    assert captured.unfinished() == 0


def test_retried_agent(captured: CapturedTelemetry, mount: Mount) -> None:
    """An agent that tries again after an error is one span, with the calls of every try below it."""
    agent = clerk(mount)
    agent.max_retry_limit = 1
    with pytest.raises(Exception, match="Doe"):
        desk(mount, agent, question="Where does Ms Doe live?").kickoff()
    assert len(spans_named(captured, "invoke_agent clerk")) == 1
    assert {span.parent for span in spans_named(captured, f"chat {MODEL}")} == {"invoke_agent clerk"}
    assert len(spans_named(captured, f"chat {MODEL}")) > 1


def test_model_whose_client_nobody_instruments(captured: CapturedTelemetry, mount: Mount) -> None:
    """A model call has the span that CrewAI's own telling gives, with its tokens, where no client's has begun."""
    OpenAIInstrumentor().uninstrument()
    desk(mount).kickoff(inputs={"n": 4711})
    chats = spans_named(captured, f"chat {MODEL}")
    assert [(span.kind, span.parent, span.scope) for span in chats] == [
        ("CLIENT", "invoke_agent clerk", "verspan-crewai")
    ] * 2
    assert chats[1].attributes == {
        semconv.GEN_AI_OPERATION_NAME: "chat",
        semconv.GEN_AI_PROVIDER_NAME: "openai",
        semconv.GEN_AI_REQUEST_MODEL: MODEL,
        semconv.GEN_AI_USAGE_INPUT_TOKENS: 10,
        semconv.GEN_AI_USAGE_OUTPUT_TOKENS: 5,
    }
    said = json.loads(chats[1].content[semconv.GEN_AI_OUTPUT_MESSAGES])
    assert said == [{"role": "assistant", "parts": [{"type": "text", "content": ANSWER}]}]


def test_memory(captured: CapturedTelemetry, mount: Mount, tmp_path: Path) -> None:
    """What is remembered, looked for and forgotten has a span each, with its records as content."""
    memory = Memory(llm=model(mount), storage=str(tmp_path / "memory"), embedder=_embedded)
    record = memory.remember("Bo likes tea", scope="/", categories=["taste"], metadata={"n": 1}, importance=0.5)
    found = memory.recall("What does Bo like?", depth="shallow")
    memory.forget(record_ids=[record.id])
    memory.close()
    assert [one.record.content for one in found] == ["Bo likes tea"]
    saved, searched, forgotten = [
        span for span in captured.spans() if str(span.attributes[semconv.GEN_AI_OPERATION_NAME]).endswith("_memory")
    ]
    assert saved.attributes == {
        semconv.GEN_AI_OPERATION_NAME: "create_memory",
        semconv.GEN_AI_MEMORY_RECORD_COUNT: 1,
        semconv.GEN_AI_MEMORY_RECORD_ID: record.id,
    }
    assert json.loads(saved.content[semconv.GEN_AI_MEMORY_RECORDS]) == [{"content": "Bo likes tea"}]
    assert (searched.name, searched.attributes[semconv.GEN_AI_MEMORY_RECORD_COUNT]) == ("search_memory", 1)
    (seen,) = json.loads(searched.content[semconv.GEN_AI_MEMORY_RECORDS])
    assert (seen["id"], seen["content"]) == (record.id, "Bo likes tea")
    assert (forgotten.name, forgotten.attributes[semconv.GEN_AI_MEMORY_RECORD_COUNT]) == ("delete_memory", 1)


def test_knowledge(captured: CapturedTelemetry) -> None:
    """A search in a knowledge base is a retrieval from its collection."""
    Knowledge("manuals", [], storage=_Shelf()).query(["returns"], results_limit=2)
    (span,) = captured.spans()
    assert (span.name, span.attributes) == (
        "retrieval manuals",
        {
            semconv.GEN_AI_OPERATION_NAME: "retrieval",
            semconv.GEN_AI_DATA_SOURCE_ID: "manuals",
            semconv.GEN_AI_RETRIEVAL_TOP_K: 2,
        },
    )
    assert {name: json.loads(text) for name, text in span.content.items()} == {
        semconv.GEN_AI_RETRIEVAL_QUERY_TEXT: "returns",
        semconv.GEN_AI_RETRIEVAL_DOCUMENTS: [{"id": "1", "content": "Within 30 days.", "score": 0.9}],
    }


def _embedded(texts: list[str]) -> list[list[float]]:
    return [[float(len(text)), 1.0, 0.0] for text in texts]


class _Shelf(BaseKnowledgeStorage):  # type: ignore[misc]  # CrewAI is not there for the type checker
    """One document in memory."""

    collection_name: str = "manuals"

    def search(self, *_args: Any, **_kwargs: Any) -> Any:
        return [{"id": "1", "content": "Within 30 days.", "score": 0.9}]

    async def asearch(self, *args: Any, **kwargs: Any) -> Any:
        return self.search(*args, **kwargs)

    def save(self, documents: list[str]) -> None:
        raise NotImplementedError

    async def asave(self, documents: list[str]) -> None:
        raise NotImplementedError

    def reset(self) -> None:
        raise NotImplementedError

    async def areset(self) -> None:
        raise NotImplementedError
