"""The shared suite over chats and embeddings, synchronous and asynchronous."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import litellm
import pytest
from tests.recordings.conforming import SECRET, answering
from tests.recordings.interactions import Interaction
from tests.recordings.replay import ReplayServer
from typing_extensions import Self

from verspan.instrumentation.call_conformance import CallConformance
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.instrumentor import BaseInstrumentor
from verspan.instrumentation.sides import ChatClient, Side
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan_litellm import LiteLLMInstrumentor

from .asking import corpus

_CASES = corpus()
_LET_GO = frozenset(
    f"test_{name}" for name in ("closed", "consumer_fails", "dropped", "interrupted", "left_in_with", "never_iterated")
)
"""The tests of streams that nobody reads to their end."""


class _Stream:
    """A stream that can be closed, by letting go of it where LiteLLM's own cannot."""

    def __init__(self, stream: Any, *, asynchronous: bool = False) -> None:
        self._stream = stream
        self._asynchronous = asynchronous

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if self._stream is None:
            raise StopIteration
        return next(self._stream)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        if self._stream is None:
            raise StopAsyncIteration
        return await anext(self._stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        closing = self.close()
        if closing is not None:
            await closing

    @property
    def kind(self) -> type:
        return type(self._stream)

    def close(self) -> Any:
        stream, self._stream = self._stream, None
        return stream.aclose() if self._asynchronous and hasattr(stream, "aclose") else None


class _Calls:
    """Calls of one of LiteLLM's functions."""

    def __init__(self, url: str, function: str, arguments: Mapping[str, Any]) -> None:
        self._function = function
        self._given = {**arguments, "api_base": url, "api_key": "test-key", "max_retries": 0}

    def call(self) -> Any:
        return self._ask()

    def stream(self) -> Any:
        return _Stream(self._ask(stream=True))

    def failing_call(self) -> Any:
        return self._ask(api_base=f"{self._given['api_base']}/{SECRET}")

    def raw_call(self) -> Any:
        return None

    def close(self) -> Any:
        return None

    def _ask(self, **also: Any) -> Any:
        return getattr(litellm, self._function)(**{**self._given, **also})


class _AsyncCalls(_Calls):
    """Calls of its asynchronous twin."""

    async def stream(self) -> Any:
        return _Stream(await self._ask(stream=True), asynchronous=True)

    def _ask(self, **also: Any) -> Any:
        litellm.in_memory_llm_clients_cache.flush_cache()  # its clients live in the loop that they were made in
        return getattr(litellm, f"a{self._function}")(**{**self._given, **also})


class _LiteLLM:
    """The function that is called, with what, and what a provider answers."""

    instrumentor: ClassVar[BaseInstrumentor] = LiteLLMInstrumentor()
    secret: ClassVar[str] = SECRET
    function: ClassVar[str]
    arguments: ClassVar[Mapping[str, Any]]
    answers: ClassVar[tuple[Interaction, Interaction | None]]

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._url = server.serve(answering(*self.answers)).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """The function, or its twin."""
        return (_AsyncCalls if asynchronous else _Calls)(self._url, self.function, self.arguments)


class TestChat(_LiteLLM, ChatConformance):
    """Chats."""

    function = "completion"
    arguments = MappingProxyType(
        {"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": f"Help: {SECRET}"}]}
    )
    answers = (_CASES["stream, whole"].interaction, _CASES["stream with usage"].interaction)

    @pytest.fixture(autouse=True)
    def _held(self, request: pytest.FixtureRequest) -> None:
        name, _, parameters = request.node.name.partition("[")
        if name in _LET_GO and parameters.startswith("sync"):
            pytest.skip("LiteLLM itself holds on to the stream of its last synchronous call")

    def types(self, side: Side) -> list[type]:
        """The types of whole answers and of streams."""
        return [type(side.call()), side.stream().stream.kind]


class TestEmbeddings(_LiteLLM, CallConformance):
    """Embeddings, which do not stream."""

    operation_name = "embeddings"
    function = "embedding"
    arguments = MappingProxyType(
        {"model": "openai/text-embedding-3-small", "input": [f"Help: {SECRET}"], "encoding_format": "float"}
    )
    answers = (_CASES["embeddings"].interaction, None)
