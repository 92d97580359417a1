"""The shared suite over chats, completions and embeddings of the installed client, synchronous and asynchronous."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import ollama
import pytest
from tests.recordings.conforming import SECRET, answering
from tests.recordings.interactions import Interaction
from tests.recordings.replay import ReplayServer

from verspan.instrumentation.call_conformance import CallConformance
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.instrumentor import BaseInstrumentor
from verspan.instrumentation.sides import ChatClient
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan_ollama import OllamaInstrumentor

from .asking import TLS, corpus

_CHATS = corpus("chat")
_OTHERS = corpus("others")


class _Calls:
    """Calls of one client's method."""

    def __init__(self, client: Any, refused: Any, method: str, request: Mapping[str, Any]) -> None:
        self._clients = (client, refused)
        self._method, self._refused_method = getattr(client, method), getattr(refused, method)
        self._request = request

    def call(self) -> Any:
        return self._method(**self._request)

    def stream(self) -> Any:
        return self._method(**self._request, stream=True)

    def failing_call(self) -> Any:
        return self._refused_method(**self._request)

    def raw_call(self) -> Any:
        return None

    def close(self) -> Any:
        http = [client._client for client in self._clients]
        if hasattr(http[0], "aclose"):
            return _closed(http)
        return [one.close() for one in http] and None


async def _closed(http: list[Any]) -> None:
    for one in http:
        await one.aclose()


class _Ollama:
    """The client's method that is called, what it is given, and what a server answers."""

    instrumentor: ClassVar[BaseInstrumentor] = OllamaInstrumentor()
    secret: ClassVar[str] = SECRET
    method: ClassVar[str]
    request: ClassVar[Mapping[str, Any]]
    answers: ClassVar[tuple[Interaction, Interaction | None]]

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._host = server.serve(answering(*self.answers)).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        kind: Any = ollama.AsyncClient if asynchronous else ollama.Client
        answering, refusing = (kind(host=host, verify=TLS) for host in (self._host, f"{self._host}/{SECRET}"))
        return _Calls(answering, refusing, self.method, self.request)


class TestChat(_Ollama, ChatConformance):
    """Chats."""

    method = "chat"
    request = MappingProxyType({"model": "llama3.2", "messages": [{"role": "user", "content": f"Help: {SECRET}"}]})
    answers = (_CHATS["stream, whole"], _CHATS["stream"])


class TestGenerate(_Ollama, ChatConformance):
    """Completions."""

    operation_name = "text_completion"
    method = "generate"
    request = MappingProxyType({"model": "llama3.2", "prompt": f"Help: {SECRET}"})
    answers = (_OTHERS["generate, stream, whole"], _OTHERS["generate, stream"])


class TestEmbeddings(_Ollama, CallConformance):
    """Embeddings, which do not stream."""

    operation_name = "embeddings"
    method = "embed"
    request = MappingProxyType({"model": "all-minilm", "input": f"Help: {SECRET}"})
    answers = (_OTHERS["embed"], None)
