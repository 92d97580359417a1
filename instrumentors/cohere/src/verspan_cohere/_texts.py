"""Texts that a model weighs and does not answer: embeddings, rerankings, classifications."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, text, texts
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import from_snapshot, snapshot
from verspan.semconv import (
    GEN_AI_EMBEDDINGS_DIMENSION_COUNT,
    GEN_AI_REQUEST_ENCODING_FORMATS,
    GEN_AI_RETRIEVAL_TOP_K,
)
from verspan_cohere._adapting import CohereAdapter, read_usage


class EmbeddingsAdapter(CohereAdapter):
    """Takes requests for embeddings; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "cohere.embeddings"
    operation_name = "embeddings"
    content = ("texts", "images", "inputs")

    def snapshot_response(self, response: Any) -> bytes:
        """Tokens and the length of the vectors: thousands of numbers are not worth the room."""
        body = fields(from_snapshot(super().snapshot_response(response)))
        found = body.get("embeddings")
        vectors = items(found.get("float") or found.get("float_")) if isinstance(found, dict) else items(found)
        told = {name: body.get(name) for name in ("id", "meta")}
        return snapshot({**told, "dimensions": len(items(vectors[0])) if vectors else None})

    def read_request(self, body: Any) -> Request:
        """How long the vectors are to be, and of which kinds."""
        request = Request(has_choices=False)
        if formats := texts(field(body, "embedding_types")):
            request.extra[GEN_AI_REQUEST_ENCODING_FORMATS] = formats
        if dimensions := integer(field(body, "output_dimension")):
            request.extra[GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = dimensions
        return request

    def read_input(self, body: Any) -> CallInput:
        """What is to be embedded, as far as it is text."""
        mixed = [part for one in items(field(body, "inputs")) for part in items(field(one, "content"))]
        said = [*texts(field(body, "texts")), *(text(field(part, "text")) or "" for part in mixed)]
        return CallInput(messages=spoken("user", *said))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was taken of a response."""
        reply.response_id = text(field(body, "id"))
        reply.usage = read_usage(field(body, "meta"))
        if reply.usage is not None:
            reply.usage.output_tokens = None
        if dimensions := integer(field(body, "dimensions")):
            reply.extra[GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = dimensions


class RerankAdapter(CohereAdapter):
    """Takes requests to put documents in the order in which they answer a query."""

    name = "cohere.rerank"
    operation_name = "rerank_documents"
    content = ("query", "documents")

    def snapshot_response(self, response: Any) -> bytes:
        """What is read: the id and what it cost."""
        body = fields(from_snapshot(super().snapshot_response(response)))
        return snapshot({name: body.get(name) for name in ("id", "meta")})

    def read_request(self, body: Any) -> Request:
        """How many documents are wanted."""
        count = integer(field(body, "top_n"))
        return Request(has_choices=False, extra={} if count is None else {GEN_AI_RETRIEVAL_TOP_K: count})

    def read_input(self, body: Any) -> CallInput:
        """The query."""
        return CallInput(messages=spoken("user", *texts(field(body, "query"))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was taken of a response."""
        reply.response_id = text(field(body, "id"))
        reply.usage = read_usage(field(body, "meta"))


class ClassifyAdapter(RerankAdapter):
    """Takes requests to sort texts into classes."""

    name = "cohere.classify"
    operation_name = "classify_text"
    content = ("inputs", "examples")

    def read_input(self, body: Any) -> CallInput:
        """The texts."""
        return CallInput(messages=spoken("user", *texts(field(body, "inputs"))))
