"""The instrumentor of the ``groq`` client."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.instrumentor import Instrumentor, Method
from verspan_groq._adapters import AudioAdapter, ChatAdapter, EmbeddingsAdapter, OtherAdapter


class GroqInstrumentor(Instrumentor):
    """One span for every call of a Groq client, whichever of its methods makes the call.

    All of them go through one method of the client's base, once per call and with retries inside it.
    """

    distribution = "verspan-groq"
    methods = (
        Method("groq._base_client", "SyncAPIClient", "request"),
        Method("groq._base_client", "AsyncAPIClient", "request"),
    )

    def adapters(self) -> Sequence[CallAdapter]:
        """How to read the calls."""
        return [ChatAdapter(), EmbeddingsAdapter(), AudioAdapter(), OtherAdapter()]
