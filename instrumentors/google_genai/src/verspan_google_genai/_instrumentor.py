"""The instrumentor of the ``google-genai`` client."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verspan.instrumentation.adapter import CallAdapter, know_adapter
from verspan.instrumentation.generated.endpoints import Endpoint, EndpointPatches, sends_by
from verspan.instrumentation.instrumentor import Instrumentor, Method
from verspan.instrumentation.telemetry import Telemetry
from verspan.instrumentation.wrapper import CallWrapper
from verspan_google_genai._embeddings import EmbeddingsAdapter
from verspan_google_genai._generate_content import GenerateContentAdapter
from verspan_google_genai._images import ImagesAdapter
from verspan_google_genai._interactions import InteractionAdapter
from verspan_google_genai._others import OtherAdapter
from verspan_google_genai._resources import ResourceAdapter, StoredInteractionAdapter

_MODULE, _CLIENT = "google.genai._api_client", "BaseApiClient"
_RESOURCES = "google.genai._gaos"
_SENDS = sends_by("do_request", "do_request_async")


class GoogleGenAIInstrumentor(Instrumentor):
    """One span for every request that a model, an agent or another resource of Google's answers.

    Most go through one class of the client. The newer resources (interactions, agents, webhooks and more) are a client
    of their own within it, whose methods are wrapped one by one.
    """

    distribution = "verspan-google-genai"
    methods = (
        Method(_MODULE, _CLIENT, "request"),
        Method(_MODULE, _CLIENT, "request_streamed"),
        Method(_MODULE, _CLIENT, "async_request"),
        Method(_MODULE, _CLIENT, "async_request_streamed"),
        Method(_MODULE, _CLIENT, "download_file", optional=True),
        Method(_MODULE, _CLIENT, "async_download_file", optional=True),
    )

    def adapters(self) -> Sequence[CallAdapter]:
        """How to read the calls."""
        return [GenerateContentAdapter(), EmbeddingsAdapter(), ImagesAdapter(), OtherAdapter()]

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around each of the methods, those of the newer resources included."""
        for adapter in (InteractionAdapter(), StoredInteractionAdapter(), ResourceAdapter()):
            know_adapter(adapter)
        resources = EndpointPatches(
            [_RESOURCES], lambda endpoint: CallWrapper(telemetry, [_adapter_of(endpoint)]), _SENDS
        )
        resources.apply()
        stop_requests = super().start(telemetry)

        def stop() -> None:
            resources.remove()
            stop_requests()

        return stop


def _adapter_of(endpoint: Endpoint) -> CallAdapter:
    if endpoint.resource != "Interactions":
        return ResourceAdapter(endpoint)
    return InteractionAdapter(endpoint) if endpoint.method == "create" else StoredInteractionAdapter(endpoint)
