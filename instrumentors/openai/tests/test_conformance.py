"""The shared suite over chat completions of the installed client, synchronous and asynchronous."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from verspan.demo.api_server import DemoApi
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.sides import ChatClient
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan_openai import OpenAIInstrumentor

_SECRET = "parcel-4711-never-came"  # noqa: S105 - the text whose ways are followed


class _Chat:
    """Calls of one client."""

    def __init__(self, base_url: str, *, asynchronous: bool) -> None:
        build: Any = openai.AsyncOpenAI if asynchronous else openai.OpenAI
        self._client: Any = build(base_url=base_url, api_key="demo", max_retries=0)
        self._completions = self._client.chat.completions
        # An address that the server does not know, and quotes in its answer.
        self._refused: Any = build(base_url=f"{base_url}/{_SECRET}", api_key="demo", max_retries=0)
        self._request = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": f"Help: {_SECRET}"}]}

    def call(self) -> Any:
        return self._completions.create(**self._request)

    def stream(self) -> Any:
        return self._completions.create(**self._request, stream=True)

    def failing_call(self) -> Any:
        return self._refused.chat.completions.create(**self._request)

    def raw_call(self) -> Any:
        return self._completions.with_raw_response.create(**self._request)

    def close(self) -> Any:
        closing, also = self._client.close(), self._refused.close()
        return _both(closing, also) if closing is not None else None


async def _both(*closing: Any) -> None:
    for each in closing:
        await each


class TestConformance(ChatConformance):
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
        return _Chat(self._base_url, asynchronous=asynchronous)
