"""The instrumentor of the ``openai`` client."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.instrumentor import Instrumentor, Method, patched
from verspan.instrumentation.telemetry import Telemetry
from verspan_openai._chat import ChatAdapter
from verspan_openai._completions import CompletionsAdapter
from verspan_openai._embeddings import EmbeddingsAdapter
from verspan_openai._media import AudioAdapter, ImagesAdapter
from verspan_openai._others import MakingAdapter, OtherAdapter
from verspan_openai._responses import CompactionAdapter, ResponsesAdapter
from verspan_openai._sockets import CONNECTIONS, SocketWrapper
from verspan_openai._stored_responses import StoredResponseAdapter
from verspan_openai._stream_usage import StreamUsageWrapper


class OpenAIInstrumentor(Instrumentor):
    """One span for every call of an OpenAI or Azure OpenAI client, whichever of its methods makes the call.

    All of them go through one method of the client's base, once per call and with retries inside it, so that one
    method each for synchronous and asynchronous clients is all that is wrapped.
    """

    distribution = "verspan-openai"
    methods = (
        Method("openai._base_client", "SyncAPIClient", "request"),
        Method("openai._base_client", "AsyncAPIClient", "request"),
    )

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around the client's method, and others where calls pass that are none of that method's."""
        sockets, usage = SocketWrapper(telemetry), StreamUsageWrapper()
        stops = [
            patched(CONNECTIONS, sockets, sockets.switch_off),
            patched(self.methods, usage, usage.switch_off),
            super().start(telemetry),
        ]

        def stop() -> None:
            for each in reversed(stops):
                each()

        return stop

    def adapters(self) -> Sequence[CallAdapter]:
        """How to read the calls."""
        return [
            ChatAdapter(),
            ResponsesAdapter(),
            EmbeddingsAdapter(),
            CompletionsAdapter(),
            ImagesAdapter(),
            AudioAdapter(),
            CompactionAdapter(),
            StoredResponseAdapter(),
            MakingAdapter(),
            OtherAdapter(),
        ]
