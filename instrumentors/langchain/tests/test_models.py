"""Models: one span for a call, the client's where its instrumentor sees it, else one of the framework's own account."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from tests.recordings.trees import outline

from verspan import semconv
from verspan.testing import CapturedTelemetry

USAGE = {
    "input_tokens": 20,
    "output_tokens": 7,
    "total_tokens": 27,
    "input_token_details": {"cache_read": 4, "cache_creation": 2},
    "output_token_details": {"reasoning": 3},
}
BLOCKS = [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Here."}]
METADATA = {"finish_reason": "stop", "model_name": "mistral-small-2603", "id": "r-1"}


class ChatMistralAI(BaseChatModel):  # type: ignore[misc]  # where mypy runs, LangChain is not there
    """A model that asks by HTTP of its own, or so it seems."""

    model: str = "mistral-small"
    temperature: float = 0.5

    @property
    def _llm_type(self) -> str:
        return "mistralai-chat"

    def _generate(self, messages: list[Any], *args: Any, **kwargs: Any) -> ChatResult:
        if messages[-1].content == "break":
            raise ConnectionError("cannot answer break")
        message = AIMessage(BLOCKS, response_metadata=METADATA, usage_metadata=USAGE)
        return ChatResult(generations=[ChatGeneration(message=message)])


class Streaming(ChatMistralAI):
    """The same, which can stream."""

    def _stream(self, messages: list[Any], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        for word in ("Here", "."):
            yield ChatGenerationChunk(message=AIMessageChunk(word))
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata=METADATA, usage_metadata=USAGE))


class Router(ChatMistralAI):
    """A model that asks another."""

    other: Any

    def _generate(self, messages: list[Any], *args: Any, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.other.invoke(messages))])


def named(model: ChatMistralAI) -> Any:
    """The model, as the class that LangChain has for it."""
    type(model).__name__ = "ChatMistralAI"
    return model


QUESTION = [SystemMessage("Be brief."), HumanMessage("Where?")]
KNOWN = {
    semconv.GEN_AI_OPERATION_NAME: "chat",
    semconv.GEN_AI_PROVIDER_NAME: "mistral_ai",
    semconv.GEN_AI_REQUEST_MODEL: "mistral-small",
    semconv.GEN_AI_REQUEST_TEMPERATURE: 0.5,
    semconv.GEN_AI_RESPONSE_FINISH_REASONS: ("stop",),
    semconv.GEN_AI_RESPONSE_ID: "r-1",
    semconv.GEN_AI_RESPONSE_MODEL: "mistral-small-2603",
    semconv.GEN_AI_USAGE_INPUT_TOKENS: 20,
    semconv.GEN_AI_USAGE_OUTPUT_TOKENS: 7,
    semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: 4,
    semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: 2,
    semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: 3,
}
ASKED = (
    '[{"role":"system","parts":[{"type":"text","content":"Be brief."}]},'
    '{"role":"user","parts":[{"type":"text","content":"Where?"}]}]'
)


def invoke(model: Any, question: Any) -> None:
    """Ask."""
    model.invoke(question)


def ainvoke(model: Any, question: Any) -> None:
    """Ask in an event loop."""
    asyncio.run(model.ainvoke(question))


def stream(model: Any, question: Any) -> None:
    """Read the answer word by word, or all at once where the model cannot stream."""
    assert list(model.stream(question))


def astream(model: Any, question: Any) -> None:
    """The same in an event loop."""

    async def read() -> list[Any]:
        return [chunk async for chunk in model.astream(question)]

    assert asyncio.run(read())


WAYS = [invoke, ainvoke, stream, astream]


@pytest.mark.parametrize("ask", [invoke, ainvoke])
def test_call(framework: CapturedTelemetry, ask: Any) -> None:
    """A model's call is told by LangChain's account of it: provider, model, parameters, messages and all its tokens."""
    ask(named(ChatMistralAI()).bind(tools=[{"type": "function", "function": {"name": "find_order"}}]), QUESTION)
    (span,) = framework.spans()
    assert (span.name, span.kind, span.status, span.attributes) == (
        "chat mistral-small",
        "CLIENT",
        ("UNSET", None),
        KNOWN,
    )
    assert span.content == {
        semconv.GEN_AI_INPUT_MESSAGES: ASKED,
        semconv.GEN_AI_TOOL_DEFINITIONS: '[{"type":"function","name":"find_order"}]',
        semconv.GEN_AI_OUTPUT_MESSAGES: '[{"role":"assistant","parts":[{"type":"reasoning","content":"Hm."},'
        '{"type":"text","content":"Here."}],"finish_reason":"stop"}]',
    }


@pytest.mark.parametrize("ask", [stream, astream])
def test_stream(framework: CapturedTelemetry, ask: Any) -> None:
    """A stream is told by the sum of its chunks, and when the first of them came."""
    ask(named(Streaming()), QUESTION)
    (span,) = framework.spans()
    seconds = span.attributes[semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK]
    measured = {semconv.GEN_AI_REQUEST_STREAM: True, semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: seconds}
    assert span.attributes == {**KNOWN, **measured}
    assert json.loads(span.content[semconv.GEN_AI_OUTPUT_MESSAGES])[0]["parts"] == [
        {"type": "text", "content": "Here."}
    ]


@pytest.mark.parametrize("ask", WAYS)
@pytest.mark.parametrize("kind", [ChatMistralAI, Streaming])
def test_once(framework: CapturedTelemetry, ask: Any, kind: Any) -> None:
    """A call is one span however it is made, by a model that streams or not."""
    ask(kind(), QUESTION)
    assert outline(framework.spans()) == ["None > chat mistral-small"]


@pytest.mark.parametrize("ask", WAYS)
def test_model_that_asks_another(framework: CapturedTelemetry, model: ChatOpenAI, ask: Any) -> None:
    """A model that asks another has no span beside the other's, whose tokens would be counted twice."""
    ask(Router(other=model), "4711")
    assert outline(framework.spans()) == ["None > chat gpt-4o-mini"]


@pytest.mark.parametrize("ask", WAYS)
def test_the_clients_span(captured: CapturedTelemetry, model: ChatOpenAI, ask: Any) -> None:
    """Where the client is instrumented its span is the only one."""
    ask(Router(other=model), "4711")
    ask(model, "4711")
    assert [(span.name, span.parent, span.scope) for span in captured.spans()] == [
        ("chat gpt-4o-mini", None, "verspan-openai")
    ] * 2


@pytest.mark.parametrize("ask", [invoke, ainvoke])
def test_failure(framework: CapturedTelemetry, ask: Any) -> None:
    """A call that fails is a failed span, with the finish reason of an answer that did not come."""
    with pytest.raises(ConnectionError):
        ask(ChatMistralAI(), "break")
    (span,) = framework.spans()
    assert span.status == ("ERROR", "ConnectionError")
    assert span.attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)


def test_stream_left_half_way(framework: CapturedTelemetry) -> None:
    """A stream that is left ends its span once, with what came until then."""
    for _ in Streaming().stream(QUESTION):
        break
    gc.collect()
    (span,) = framework.spans()
    assert json.loads(span.content[semconv.GEN_AI_OUTPUT_MESSAGES]) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "Here"}]}
    ]
    assert framework.unfinished() == 0


def test_langchains_cache(framework: CapturedTelemetry) -> None:
    """An answer out of LangChain's cache is no call of a model, where LangChain tells that it is one."""
    model = ChatMistralAI(cache=InMemoryCache())
    model.invoke(QUESTION)
    if "total_cost" not in (model.invoke(QUESTION).usage_metadata or {}):
        pytest.skip("this langchain-core does not tell")
    assert len(framework.spans()) == 1


def test_without_usage(framework: CapturedTelemetry) -> None:
    """A model that tells little has a span that says little."""
    FakeListChatModel(responses=["Here."]).invoke("?")
    (span,) = framework.spans()
    assert span.attributes[semconv.GEN_AI_OPERATION_NAME] == "chat"
    assert semconv.GEN_AI_USAGE_INPUT_TOKENS not in span.attributes
