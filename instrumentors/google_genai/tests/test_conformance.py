"""The shared suite over generated content, interactions and embeddings, synchronous and asynchronous."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from google import genai
from tests.recordings.conforming import SECRET, answering
from tests.recordings.interactions import events
from tests.recordings.replay import Received, ReplayServer

from verspan.instrumentation.call_conformance import CallConformance
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.sides import ChatClient, Side
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedTelemetry
from verspan_google_genai import GoogleGenAIInstrumentor

from .asking import TLS, close, close_async, has_interactions
from .interactions import Interaction, case


class _Calls:
    """Calls of one client, made by its ``models``."""

    model = "gemini-3-flash"

    def __init__(self, base_url: str, *, asynchronous: bool) -> None:
        tls = {"verify": TLS}
        options: Any = {"base_url": base_url, "client_args": tls, "async_client_args": tls, "api_version": "v1beta"}
        # An address that the server does not know, and quotes in its answer.
        refused: Any = {**options, "base_url": f"{base_url}/{SECRET}"}
        self._clients = [genai.Client(api_key="test", http_options=one) for one in (options, refused)]
        self._client, self._refused = [client.aio if asynchronous else client for client in self._clients]

    def call(self) -> Any:
        return self.ask(self._client)

    def stream(self) -> Any:
        return self._client.models.generate_content_stream(model=self.model, contents=f"Help: {SECRET}")

    def failing_call(self) -> Any:
        return self.ask(self._refused)

    def raw_call(self) -> Any:
        return None if self._client is self._clients[0] else _nothing()

    def close(self) -> Any:
        if self._client is not self._clients[0]:
            return _closed(self._clients)
        for client in self._clients:
            close(client)
        return None

    def ask(self, client: Any) -> Any:
        return client.models.generate_content(model=self.model, contents=f"Help: {SECRET}")


async def _nothing() -> None: ...


async def _closed(clients: list[Any]) -> None:
    for client in clients:
        await close_async(client)


def _whole(stream: Interaction, body: Any) -> Interaction:
    return replace(stream, headers={"content-type": "application/json"}, body=json.dumps(body).encode())


def _generating() -> Callable[[Received], Interaction]:
    stream = case("stream")
    chunks = events(stream)
    parts = [part for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
    parts = [parts[0], {"text": "".join(part["text"] for part in parts[1:])}]
    last = chunks[-1]["candidates"][0]
    whole = {**chunks[-1], "candidates": [{**last, "content": {"role": "model", "parts": parts}}]}
    answer, streaming = answering(_whole(stream, whole)), stream

    def answers(asked: Received) -> Interaction:
        is_stream = "streamGenerateContent" in asked.path and SECRET not in asked.path
        return streaming if is_stream else answer(asked)

    return answers


class TestGenerateContent(ChatConformance):
    """Content that a model generates."""

    instrumentor = GoogleGenAIInstrumentor()
    operation_name = "generate_content"
    secret = SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(_generating()).url

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


class _InteractionCalls(_Calls):
    """Calls for interactions."""

    def stream(self) -> Any:
        return _interactions(self._client).create(model=self.model, input=f"Help: {SECRET}", stream=True)

    def ask(self, client: Any) -> Any:
        return _interactions(client).create(model=self.model, input=f"Help: {SECRET}")

    def raw_call(self) -> Any:
        raw = _interactions(self._client).with_raw_response
        return raw.create(model=self.model, input=f"Help: {SECRET}")


def _interactions(client: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client calls them experimental
        return client.interactions


def _interacting() -> Callable[[Received], Interaction]:
    stream = case("interaction_stream")
    done = events(stream)[-1]["interaction"]
    steps = [
        {"type": "thought", "summary": [{"type": "text", "text": "Look it up."}]},
        {"type": "model_output", "content": [{"type": "text", "text": "I look."}]},
        {"type": "function_call", "id": "c1", "name": "find_parcel", "arguments": {"id": "12"}},
    ]
    return answering(_whole(stream, {**done, "steps": steps}), stream)


@has_interactions
class TestInteractions(TestGenerateContent):
    """Interactions with a model."""

    test_never_iterated = ChatConformance.test_never_iterated

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(_interacting()).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _InteractionCalls(self._base_url, asynchronous=asynchronous)


class _EmbeddingCalls(_Calls):
    """Calls for embeddings, which do not stream."""

    model = "gemini-embedding-1"

    def ask(self, client: Any) -> Any:
        return client.models.embed_content(model=self.model, contents=f"Help: {SECRET}")


class TestEmbeddings(CallConformance):
    """Embeddings."""

    instrumentor = GoogleGenAIInstrumentor()
    operation_name = "embeddings"
    secret = SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(answering(case("embedding"))).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _EmbeddingCalls(self._base_url, asynchronous=asynchronous)
