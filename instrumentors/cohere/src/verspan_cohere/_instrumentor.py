"""The instrumentor of the ``cohere`` client."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import CodeType

from verspan.instrumentation.adapter import CallAdapter, know_adapter
from verspan.instrumentation.generated.endpoints import Endpoint, EndpointPatches
from verspan.instrumentation.instrumentor import BaseInstrumentor
from verspan.instrumentation.telemetry import Telemetry
from verspan.instrumentation.wrapper import CallWrapper
from verspan_cohere._adapting import OtherAdapter
from verspan_cohere._chat import ChatAdapter, GenerateAdapter, OlderChatAdapter
from verspan_cohere._texts import ClassifyAdapter, EmbeddingsAdapter, RerankAdapter

_GENERATORS = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
_OLDER: dict[str, Callable[[Endpoint], CallAdapter]] = {
    "chat": OlderChatAdapter,
    "chat_stream": OlderChatAdapter,
    "classify": ClassifyAdapter,
    "embed": EmbeddingsAdapter,
    "generate": GenerateAdapter,
    "generate_stream": GenerateAdapter,
    "rerank": RerankAdapter,
}
_NEWER: dict[str, Callable[[Endpoint], CallAdapter]] = {
    "chat": ChatAdapter,
    "chat_stream": ChatAdapter,
    "embed": EmbeddingsAdapter,
    "rerank": RerankAdapter,
}
"""By method, of version 2 of the API and of version 1; every other has the one for all others."""


class CohereInstrumentor(BaseInstrumentor):
    """One span for every request of a Cohere client, by either version of the API."""

    distribution = "verspan-cohere"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around every method that makes a request."""
        for make in {*_OLDER.values(), *_NEWER.values(), OtherAdapter}:
            know_adapter(make(Endpoint("", "")))
        requests = EndpointPatches(
            ["cohere"], lambda endpoint: CallWrapper(telemetry, [_adapter_of(endpoint)]), _sends, nested=True
        )
        requests.apply()
        return requests.remove


def _sends(code: CodeType) -> bool:
    """Whether a method sends a request.

    Those of newer clients leave that to a class of raw methods, which are wrapped in their place, but for streams: a
    raw one is a block, and what the application reads is a generator around it.
    """
    if "_client_wrapper" in code.co_names and "httpx_client" in code.co_names:
        return True
    return "_raw_client" in code.co_names and bool(code.co_flags & _GENERATORS)


def _adapter_of(endpoint: Endpoint) -> CallAdapter:
    known = {"V2Client": _NEWER, "BaseCohere": _OLDER}.get(endpoint.resource.removeprefix("Raw"), {})
    return known.get(endpoint.method, OtherAdapter)(endpoint)
