"""The shared suite over Converse and InvokeModel, with chats and embeddings, synchronous and asynchronous."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar

import pytest
from tests.recordings.conforming import SECRET
from tests.recordings.replay import Received, ReplayServer
from typing_extensions import Self

from verspan.instrumentation.call_conformance import CallConformance
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.instrumentor import BaseInstrumentor
from verspan.instrumentation.sides import ChatClient, Side
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan_bedrock import BedrockInstrumentor

from .asking import Interaction, async_client_at, client_at, corpus

_CASES = corpus()
_MODEL = "us.anthropic.claude-sonnet-4-20250514-v1:0"


class _Events:
    """The events in a response, read like the streams of other clients."""

    def __init__(self, response: Mapping[str, Any]) -> None:
        self.kinds = [type(value) for value in response.values()]
        self._stream = next(value for value in response.values() if hasattr(value, "_event_generator"))
        # What stays open where the stream is dropped, which is the client's own doing.
        self.response = None if hasattr(self._stream, "__aiter__") else self._stream._raw_stream
        self._events = aiter(self._stream) if hasattr(self._stream, "__aiter__") else iter(self._stream)

    def __iter__(self) -> Any:
        return self._events

    def __next__(self) -> Any:
        return next(self._events)

    def __aiter__(self) -> Any:
        return self._events

    async def __anext__(self) -> Any:
        return await anext(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        self._stream.close()


class _Calls:
    """Calls of a synchronous client."""

    def __init__(self, url: str, method: str, arguments: Mapping[str, Any]) -> None:
        self._client, self._refused = client_at(url), client_at(f"{url}/{SECRET}")
        self._method, self._arguments = method, arguments

    def call(self) -> Any:
        return _read(getattr(self._client, self._method)(**self._arguments))

    def stream(self) -> Any:
        return _Events(getattr(self._client, _streaming(self._method))(**self._arguments))

    def failing_call(self) -> Any:
        return getattr(self._refused, self._method)(**self._arguments)

    def raw_call(self) -> Any:
        return None

    def close(self) -> Any:
        self._client.close()
        self._refused.close()


class _AsyncCalls:
    """Calls of an asynchronous client, which is made in its loop."""

    def __init__(self, url: str, method: str, arguments: Mapping[str, Any]) -> None:
        self._url, self._method, self._arguments = url, method, arguments
        self._open = AsyncExitStack()
        self._clients: dict[str, Any] = {}

    async def call(self) -> Any:
        return await _read_async(await self._ask(self._url, self._method))

    async def stream(self) -> Any:
        return _Events(await self._ask(self._url, _streaming(self._method)))

    async def failing_call(self) -> Any:
        return await self._ask(f"{self._url}/{SECRET}", self._method)

    def raw_call(self) -> Any:
        return None

    async def close(self) -> Any:
        await self._open.aclose()

    async def _ask(self, url: str, method: str) -> Any:
        if url not in self._clients:
            self._clients[url] = await self._open.enter_async_context(async_client_at(url))
        return await getattr(self._clients[url], method)(**self._arguments)


def _read(response: dict[str, Any]) -> dict[str, Any]:
    if "body" in response:
        with closing(response["body"]) as body:
            return {**response, "body": body.read()}
    return response


async def _read_async(response: dict[str, Any]) -> dict[str, Any]:
    return {**response, "body": await response["body"].read()} if "body" in response else response


def _streaming(method: str) -> str:
    return {"converse": "converse_stream"}.get(method, "invoke_model_with_response_stream")


class _Bedrock:
    """The method that is called, with what, and what a server answers."""

    instrumentor: ClassVar[BaseInstrumentor] = BedrockInstrumentor()
    secret: ClassVar[str] = SECRET
    method: ClassVar[str]
    arguments: ClassVar[Mapping[str, Any]]
    answers: ClassVar[tuple[Interaction, Interaction | None]]

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._url = server.serve(self._answer).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return (_AsyncCalls if asynchronous else _Calls)(self._url, self.method, self.arguments)

    def _answer(self, asked: Received) -> Interaction | None:
        whole, stream = self.answers
        if SECRET in asked.path:
            headers = {"content-type": "application/json", "x-amzn-ErrorType": "ValidationException"}
            told = json.dumps({"message": f"nothing at {asked.path}"}).encode()
            return replace(whole, status=400, headers=headers, body=told)
        return stream if asked.path.endswith("stream") else whole


class _Streaming(_Bedrock, ChatConformance):
    def types(self, side: Side) -> list[type]:
        """The types of whole answers and of what streaming ones hold."""
        stream = side.stream()
        stream.drain()
        return [*(type(value) for value in side.call().values()), *stream.stream.kinds]


class TestConverse(_Streaming):
    """Chats by Converse."""

    method = "converse"
    arguments = MappingProxyType(
        {"modelId": _MODEL, "messages": [{"role": "user", "content": [{"text": f"Help: {SECRET}"}]}]}
    )
    answers = (_CASES["stream, whole"], _CASES["stream"])


class TestInvoke(_Streaming):
    """Chats by InvokeModel, whose answers are read by the application."""

    method = "invoke_model"
    arguments = MappingProxyType(
        {
            "modelId": "amazon.nova-lite-v1:0",
            "body": json.dumps({"messages": [{"role": "user", "content": [{"text": f"Help: {SECRET}"}]}]}),
        }
    )
    answers = (_CASES["nova"], _CASES["nova, stream"])


class TestEmbeddings(_Bedrock, CallConformance):
    """Embeddings, which do not stream."""

    operation_name = "embeddings"
    method = "invoke_model"
    arguments = MappingProxyType(
        {"modelId": "amazon.titan-embed-text-v2:0", "body": json.dumps({"inputText": f"Help: {SECRET}"})}
    )
    answers = (_CASES["embeddings, titan"], None)
