"""The instrumentor of the ``anthropic`` client."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.instrumentor import Instrumentor, Method, patched
from verspan.instrumentation.telemetry import Telemetry
from verspan_anthropic._completions import CompletionsAdapter
from verspan_anthropic._messages import CountAdapter, MessagesAdapter
from verspan_anthropic._native import CALL_SPANS, NativeSpans
from verspan_anthropic._others import OtherAdapter


class AnthropicInstrumentor(Instrumentor):
    """One span for every call of an Anthropic client, whichever of its methods makes the call.

    All of them go through one method of the client's base, once per call and with retries inside it, also those of the
    clients for Bedrock, Vertex AI and Foundry, of the stream helpers and of the tool runners. The span that newer
    clients would begin there themselves is not begun.
    """

    distribution = "verspan-anthropic"
    methods = (
        Method("anthropic._base_client", "SyncAPIClient", "request"),
        Method("anthropic._base_client", "AsyncAPIClient", "request"),
    )

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around the client's method, and another where the client begins its own spans."""
        native = NativeSpans()
        give_back = patched(CALL_SPANS, native, native.give_back)
        stop = super().start(telemetry)

        def leave() -> None:
            stop()
            give_back()

        return leave

    def adapters(self) -> Sequence[CallAdapter]:
        """How to read the calls."""
        return [MessagesAdapter(), CountAdapter(), CompletionsAdapter(), OtherAdapter()]
