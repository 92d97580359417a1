"""The shared suite over chats, conversations and embeddings, synchronous and asynchronous."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from tests.recordings.conforming import SECRET, answering
from tests.recordings.interactions import events
from tests.recordings.replay import Received, ReplayServer

from verspan.instrumentation.call_conformance import CallConformance
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.sides import ChatClient, Side
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedTelemetry
from verspan_mistralai import MistralAIInstrumentor

from .asking import IS_FIRST_MAJOR, Client
from .interactions import Interaction, case

closing_streams = pytest.mark.skipif(IS_FIRST_MAJOR, reason="streams of version 1 are closed by leaving their block")


class _Calls:
    """Calls of one client to one of its resources."""

    resource = "chat"
    whole, streamed = "complete", "stream"
    request: Mapping[str, Any] = MappingProxyType(
        {"model": "mistral-small-latest", "messages": [{"role": "user", "content": f"Help: {SECRET}"}]}
    )

    def __init__(self, base_url: str, *, asynchronous: bool) -> None:
        self._client = Client.at(base_url, asynchronous=asynchronous)
        # An address that the server does not know, and quotes in its answer.
        self._refused = Client.at(f"{base_url}/{SECRET}", asynchronous=asynchronous)

    def call(self) -> Any:
        return self._client.method(self.resource, self.whole)(**self.request)

    def stream(self) -> Any:
        return self._client.method(self.resource, self.streamed)(**self.request)

    def failing_call(self) -> Any:
        return self._refused.method(self.resource, self.whole)(**self.request)

    def raw_call(self) -> Any:
        return _nothing() if self._client.asynchronous else None

    def close(self) -> Any:
        closing, also = self._client.close(), self._refused.close()
        return _both(closing, also) if self._client.asynchronous else None


async def _nothing() -> None: ...


async def _both(*closing: Any) -> None:
    for each in closing:
        await each


def _whole(stream: Interaction, body: Any) -> Interaction:
    return replace(stream, headers={"content-type": "application/json"}, body=json.dumps(body).encode())


def _chatting() -> Callable[[Received], Interaction]:
    stream = case("stream")
    last = events(stream)[-1]
    message = {"role": "assistant", "content": "In Lyon."}
    whole = {
        **last,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }
    return answering(_whole(stream, whole), stream)


class TestChat(ChatConformance):
    """Chats."""

    instrumentor = MistralAIInstrumentor()
    secret = SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(_chatting()).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _Calls(self._base_url, asynchronous=asynchronous)

    @closing_streams
    def test_closed(self, side: Side, captured: CapturedTelemetry) -> None:
        """As the suite has it."""
        super().test_closed(side, captured)

    @closing_streams
    def test_closed_twice(self, side: Side, captured: CapturedTelemetry) -> None:
        """As the suite has it."""
        super().test_closed_twice(side, captured)


class _ConversationCalls(_Calls):
    """Turns of conversations."""

    resource = "beta.conversations"
    whole, streamed = "start", "start_stream"
    request = MappingProxyType({"model": "mistral-medium-latest", "inputs": f"Help: {SECRET}"})


def _conversing() -> Callable[[Received], Interaction]:
    stream, entry = case("conversation_stream"), {"type": "message.output", "role": "assistant", "content": "In Lyon."}
    usage = events(stream)[-1]["usage"]
    outputs = [{**entry, "model": "mistral-medium-2508", "id": "m1"}]
    whole = {"object": "conversation.response", "conversation_id": "conv-1", "usage": usage, "outputs": outputs}
    return answering(_whole(stream, whole), stream)


class TestConversations(TestChat):
    """Conversations with a model."""

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        client = Client.at("http://127.0.0.1", asynchronous=False)
        client.close()
        client.method("beta.conversations", "start")  # or the test is skipped
        self._base_url = server.serve(_conversing()).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _ConversationCalls(self._base_url, asynchronous=asynchronous)


class _EmbeddingCalls(_Calls):
    """Calls for embeddings, which do not stream."""

    resource = "embeddings"
    whole = "create"
    request = MappingProxyType({"model": "mistral-embed", "inputs": [f"Help: {SECRET}"]})


class TestEmbeddings(CallConformance):
    """Embeddings."""

    instrumentor = MistralAIInstrumentor()
    operation_name = "embeddings"
    secret = SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(answering(case("embedding"))).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _EmbeddingCalls(self._base_url, asynchronous=asynchronous)
