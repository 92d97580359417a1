"""The instrumentor of the ``mistralai`` client."""

from __future__ import annotations

from collections.abc import Callable

from verspan.instrumentation.adapter import CallAdapter, know_adapter
from verspan.instrumentation.generated.endpoints import Endpoint, EndpointPatches, sends_by
from verspan.instrumentation.instrumentor import BaseInstrumentor, Method, patched
from verspan.instrumentation.telemetry import Telemetry
from verspan.instrumentation.wrapper import CallWrapper
from verspan_mistralai._adapting import OtherAdapter
from verspan_mistralai._chat import AgentAdapter, ChatAdapter, FimAdapter
from verspan_mistralai._conversations import METHODS, ConversationAdapter
from verspan_mistralai._media import OcrAdapter, TranscriptionAdapter
from verspan_mistralai._native import NativeSpans
from verspan_mistralai._vectors import EmbeddingsAdapter, ModerationAdapter

_PACKAGES = (  # of version 1, of 2 and 3, and of the clients of Azure and Google Cloud that each has
    "mistralai",
    "mistralai.client",
    "mistralai.azure.client",
    "mistralai.gcp.client",
    "mistralai_azure",
    "mistralai_gcp",
)
_ADAPTERS: dict[str, Callable[[Endpoint], CallAdapter]] = {
    "Agents.complete": AgentAdapter,
    "Agents.stream": AgentAdapter,
    "Chat.complete": ChatAdapter,
    "Chat.stream": ChatAdapter,
    "Chat.create": ChatAdapter,
    "Classifiers.moderate": ModerationAdapter,
    "Classifiers.moderate_chat": ModerationAdapter,
    "Embeddings.create": EmbeddingsAdapter,
    "Fim.complete": FimAdapter,
    "Fim.stream": FimAdapter,
    "Ocr.process": OcrAdapter,
    "Transcriptions.complete": TranscriptionAdapter,
    "Transcriptions.stream": TranscriptionAdapter,
    **{f"Conversations.{method}{form}": ConversationAdapter for method in METHODS for form in ("", "_stream")},
}
"""By resource and method; every other has the one for all others."""
_SENDS = sends_by("do_request", "do_request_async")
_TRACING = ("mistralai._hooks.tracing", "mistralai.client._hooks.tracing")


class MistralAIInstrumentor(BaseInstrumentor):
    """One span for every request of a Mistral client, in the place of those that newer clients make themselves."""

    distribution = "verspan-mistralai"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around every method that makes a request."""
        for make in {*_ADAPTERS.values(), OtherAdapter}:
            know_adapter(make(Endpoint("", "")))
        requests = EndpointPatches(_PACKAGES, lambda endpoint: CallWrapper(telemetry, [_adapter_of(endpoint)]), _SENDS)
        requests.apply()
        native = NativeSpans()
        hooks = [Method(module, "TracingHook", "before_request", optional=True) for module in _TRACING]
        let_native_be = patched(hooks, native, native.switch_off)

        def stop() -> None:
            requests.remove()
            let_native_be()

        return stop


def _adapter_of(endpoint: Endpoint) -> CallAdapter:
    return _ADAPTERS.get(f"{endpoint.resource}.{endpoint.method}", OtherAdapter)(endpoint)
