"""The shared suite over chats of both versions of the API and embeddings, synchronous and asynchronous."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from tests.recordings.conforming import SECRET, answering
from tests.recordings.replay import Received, ReplayServer

from verspan.instrumentation.call_conformance import CallConformance
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.sides import ChatClient, Side
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedTelemetry
from verspan_cohere import CohereInstrumentor

from .asking import Client
from .interactions import Interaction, case


class _Calls:
    """Calls of one client."""

    place = "v2"
    whole, streamed = "chat", "chat_stream"
    request: Mapping[str, Any] = MappingProxyType(
        {"model": "command-a", "messages": [{"role": "user", "content": f"Help: {SECRET}"}]}
    )

    def __init__(self, base_url: str, *, asynchronous: bool) -> None:
        self._client = Client(base_url, asynchronous=asynchronous)
        # An address that the server does not know, and quotes in its answer.
        self._refused = Client(f"{base_url}/{SECRET}", asynchronous=asynchronous)

    def call(self) -> Any:
        return self._client.method(self.place, self.whole)(**self.request)

    def stream(self) -> Any:
        return self._client.method(self.place, self.streamed)(**self.request)

    def failing_call(self) -> Any:
        return self._refused.method(self.place, self.whole)(**self.request)

    def raw_call(self) -> Any:
        resource = getattr(self._client.client, self.place) if self.place else self._client.client
        return getattr(resource.with_raw_response, self.whole)(**self.request)

    def close(self) -> Any:
        closing, also = self._client.close(), self._refused.close()
        return _both(closing, also) if self._client.asynchronous else None


async def _both(*closing: Any) -> None:
    for each in closing:
        await each


def _answering(whole: Interaction, stream: Interaction) -> Callable[[Received], Interaction]:
    return answering(replace(whole, headers={"content-type": "application/json"}), stream)


class TestChat(ChatConformance):
    """Chats of version 2."""

    instrumentor = CohereInstrumentor()
    secret = SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(_answering(case("text"), case("stream"))).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _Calls(self._base_url, asynchronous=asynchronous)

    def test_never_iterated(self, side: Side, captured: CapturedTelemetry) -> None:
        """A stream that nobody reads is no request of the client's, and so no span."""
        del self
        side.stream()
        side.settle()
        gc.collect()
        assert captured.spans() == []


class _OlderCalls(_Calls):
    """Chats of version 1."""

    place = ""
    request = MappingProxyType({"model": "command-r", "message": f"Help: {SECRET}"})


class TestOlderChat(TestChat):
    """Chats of version 1."""

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(_answering(case("older_text"), case("older_stream"))).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _OlderCalls(self._base_url, asynchronous=asynchronous)


class _EmbeddingCalls(_Calls):
    """Calls for embeddings, which do not stream."""

    whole = "embed"
    request = MappingProxyType(
        {
            "model": "embed-v4.0",
            "texts": [f"Help: {SECRET}"],
            "input_type": "search_query",
            "embedding_types": ["float"],
        }
    )


class TestEmbeddings(CallConformance):
    """Embeddings."""

    instrumentor = CohereInstrumentor()
    operation_name = "embeddings"
    secret = SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(answering(case("embedding"))).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _EmbeddingCalls(self._base_url, asynchronous=asynchronous)
