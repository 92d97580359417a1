"""The instrumentor of the ``ollama`` client."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.instrumentor import Instrumentor, Method
from verspan_ollama._chat import ChatAdapter, GenerateAdapter
from verspan_ollama._embeddings import EmbeddingsAdapter
from verspan_ollama._others import OtherAdapter


class OllamaInstrumentor(Instrumentor):
    """One span for every call of an Ollama client, whichever of its methods makes the call.

    Nearly all of them go through ``_request``, those of the functions at the top of the package too. What has no JSON
    to give back goes through ``_request_raw`` alone, which ``_request`` uses for the others.
    """

    distribution = "verspan-ollama"
    methods = tuple(
        Method("ollama._client", owner, name)
        for owner in ("Client", "AsyncClient")
        for name in ("_request", "_request_raw")
    )

    def adapters(self) -> Sequence[CallAdapter]:
        """How to read the calls."""
        return [ChatAdapter(), GenerateAdapter(), EmbeddingsAdapter(), OtherAdapter()]
