"""``embed``, and the older ``embeddings``. Of the vectors nothing is kept but how long they are."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request, Usage
from verspan.instrumentation.fields import field, fields, integer, text, texts
from verspan.instrumentation.parameters import extra, read_parameters
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import snapshot
from verspan.semconv import GEN_AI_EMBEDDINGS_DIMENSION_COUNT
from verspan_ollama._client import ClientAdapter


class EmbeddingsAdapter(ClientAdapter):
    """Takes a request for embeddings; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "ollama.embeddings"
    paths = ("/api/embed", "/api/embeddings")
    operation_name = "embeddings"
    content = ("input", "prompt")

    def snapshot_response(self, response: Any) -> bytes:
        """Model, tokens and the length of the vectors: thousands of numbers are not worth the time to write them."""
        vectors = getattr(response, "embeddings", None)
        first = vectors[0] if vectors else getattr(response, "embedding", None)
        told = {name: getattr(response, name, None) for name in ("model", "prompt_eval_count")}
        return snapshot({**told, "dimensions": len(first) if first else None})

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        return read_parameters(body, _READERS, Request(has_choices=False))

    def read_input(self, body: Any) -> CallInput:
        """What is to be embedded."""
        return CallInput(messages=spoken("user", *texts(field(body, "input")), *texts(field(body, "prompt"))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was taken of a response."""
        own = fields(body)
        reply.response_model = text(own.get("model"))
        count = integer(own.get("prompt_eval_count"))
        if count is not None:
            reply.usage = Usage(input_tokens=count)
        if own.get("dimensions"):
            reply.extra[GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = own["dimensions"]


_READERS = {"dimensions": extra(GEN_AI_EMBEDDINGS_DIMENSION_COUNT, integer)}
