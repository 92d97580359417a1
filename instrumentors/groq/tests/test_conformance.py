"""The shared suite over chats and embeddings of the installed client, synchronous and asynchronous."""

from __future__ import annotations

from typing import Any

import groq
import pytest
from tests.recordings.conforming import SECRET, StainlessCalls, answering
from tests.recordings.replay import ReplayServer

from verspan.instrumentation.call_conformance import CallConformance
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.sides import ChatClient
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan_groq import GroqInstrumentor

from .asking import corpus

_CHATS = corpus("chat")
_OTHERS = corpus("others")


class _Groq:
    """Where a client's calls go, and what they say."""

    def _calls(self, base_url: str, resource: str, request: dict[str, Any], *, asynchronous: bool) -> ChatClient:
        return StainlessCalls(groq.AsyncGroq if asynchronous else groq.Groq, base_url, resource, request)


class TestChat(ChatConformance, _Groq):
    """Chats of the Groq client."""

    instrumentor = GroqInstrumentor()
    secret = SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(answering(_CHATS["stream, whole"], _CHATS["stream"])).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        request = {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": f"Help: {SECRET}"}]}
        return self._calls(self._base_url, "chat.completions", request, asynchronous=asynchronous)


class TestEmbeddings(CallConformance, _Groq):
    """Embeddings of the Groq client, which do not stream."""

    instrumentor = GroqInstrumentor()
    operation_name = "embeddings"
    secret = SECRET

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(answering(_OTHERS["embeddings"])).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        request = {"model": "nomic-embed-text-v1_5", "input": f"Help: {SECRET}", "encoding_format": "float"}
        return self._calls(self._base_url, "embeddings", request, asynchronous=asynchronous)
