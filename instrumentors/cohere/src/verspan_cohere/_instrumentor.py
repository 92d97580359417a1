"""The instrumentor of the ``cohere`` client."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

from verspan.instrumentation.adapter import CallAdapter, know_adapter
from verspan.instrumentation.generated.endpoints import Endpoint, EndpointPatches
from verspan.instrumentation.instrumentor import BaseInstrumentor
from verspan.instrumentation.telemetry import Telemetry
from verspan_cohere._adapting import OtherAdapter
from verspan_cohere._blocks import BlockWrapper
from verspan_cohere._chat import ChatAdapter, GenerateAdapter, OlderChatAdapter
from verspan_cohere._texts import ClassifyAdapter, EmbeddingsAdapter, RerankAdapter

_SENDERS = frozenset({"_client_wrapper", "httpx_client"})
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
            ["cohere"], lambda endpoint: BlockWrapper(telemetry, [_adapter_of(endpoint)]), _sends, nested=True
        )
        requests.apply()
        return requests.remove


def _sends(code: CodeType) -> bool:
    """Whether a method sends a request, as those of the client's raw classes do, which all others call."""
    return _SENDERS.issubset(code.co_names)


def _adapter_of(endpoint: Endpoint) -> CallAdapter:
    known = {"V2Client": _NEWER, "BaseCohere": _OLDER}.get(endpoint.resource.removeprefix("Raw"), {})
    return known.get(endpoint.method, OtherAdapter)(endpoint)
