"""The shared suite over chats, responses and embeddings of the installed client, synchronous and asynchronous."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import openai
import pytest
from tests.recordings.interactions import events

from verspan.demo.api_server import DemoApi
from verspan.instrumentation.call_conformance import CallConformance
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.sides import ChatClient
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan_openai import OpenAIInstrumentor

from .asking import has_responses
from .interactions import Interaction, corpus
from .replay import Received, ReplayServer

_SECRET = "parcel-4711-never-came"  # noqa: S105 - the text whose ways are followed


class _Calls:
    """Calls of one client to one of its resources."""

    resource = "chat.completions"
    request: Mapping[str, Any] = MappingProxyType(
        {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": f"Help: {_SECRET}"}]}
    )

    def __init__(self, base_url: str, *, asynchronous: bool) -> None:
        build: Any = openai.AsyncOpenAI if asynchronous else openai.OpenAI
        self._client: Any = build(base_url=base_url, api_key="demo", max_retries=0)
        # An address that the server does not know, and quotes in its answer.
        self._refused: Any = build(base_url=f"{base_url}/{_SECRET}", api_key="demo", max_retries=0)
        of = attrgetter(self.resource)
        self._resource, self._refused_resource = of(self._client), of(self._refused)

    def call(self) -> Any:
        return self._resource.create(**self.request)

    def stream(self) -> Any:
        return self._resource.create(**self.request, stream=True)

    def failing_call(self) -> Any:
        return self._refused_resource.create(**self.request)

    def raw_call(self) -> Any:
        return self._resource.with_raw_response.create(**self.request)

    def close(self) -> Any:
        closing, also = self._client.close(), self._refused.close()
        return _both(closing, also) if closing is not None else None


async def _both(*closing: Any) -> None:
    for each in closing:
        await each


class TestChat(ChatConformance):
    """Chat completions of the OpenAI client."""

    instrumentor = OpenAIInstrumentor()
    secret = _SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        with DemoApi() as api:
            self._base_url = api.base_url
            yield

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the demo's server."""
        return _Calls(self._base_url, asynchronous=asynchronous)


class _ResponseCalls(_Calls):
    """Calls for responses."""

    resource = "responses"
    request = MappingProxyType({"model": "gpt-5-mini", "input": f"Help: {_SECRET}"})


def _refused(asked: Received) -> Interaction | None:
    if _SECRET not in asked.path:
        return None
    told = json.dumps({"error": {"message": f"nothing at {asked.path}", "code": "not_found"}})
    return Interaction("own", "refused", asked.path, {}, 404, {"content-type": "application/json"}, told.encode())


def _respond(asked: Received) -> Interaction:
    return _refused(asked) or _RESPONSES["stream" if asked.json.get("stream") else "stream, whole"]


def _responses() -> dict[str, Interaction]:
    stream = next(found for found in corpus("responses") if found.key == "stream")
    whole = json.dumps(events(stream)[-1]["response"]).encode()
    headers = {"content-type": "application/json"}
    return {"stream": stream, "stream, whole": replace(stream, headers=headers, body=whole)}


_RESPONSES = _responses()
_EMBEDDINGS = next(found for found in corpus("embeddings") if found.key == "text")


@has_responses
class TestResponses(ChatConformance):
    """Responses of the OpenAI client."""

    instrumentor = OpenAIInstrumentor()
    secret = _SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(_respond).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _ResponseCalls(self._base_url, asynchronous=asynchronous)


class _EmbeddingCalls(_Calls):
    """Calls for embeddings, which do not stream."""

    resource = "embeddings"
    request = MappingProxyType(
        {"model": "text-embedding-3-small", "input": f"Help: {_SECRET}", "encoding_format": "float"}
    )


class TestEmbeddings(CallConformance):
    """Embeddings of the OpenAI client."""

    instrumentor = OpenAIInstrumentor()
    operation_name = "embeddings"
    secret = _SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(lambda asked: _refused(asked) or _EMBEDDINGS).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        return _EmbeddingCalls(self._base_url, asynchronous=asynchronous)
