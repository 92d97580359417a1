"""Embeddings, by the endpoints of both services. Of the vectors nothing is kept but how long they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request, Usage
from verspan.instrumentation.fields import field, fields, integer, items, text
from verspan.instrumentation.messages import Message
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import from_snapshot, snapshot
from verspan.semconv import GEN_AI_EMBEDDINGS_DIMENSION_COUNT
from verspan_google_genai._adapting import RequestAdapter
from verspan_google_genai._client import Sent, json_of_response
from verspan_google_genai._contents import parts_of
from verspan_google_genai._usage import read_usage

_VERBS = ("embedContent", "batchEmbedContents")


class EmbeddingsAdapter(RequestAdapter):
    """Takes requests for embeddings; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "google-genai.embeddings"
    content = ("content", "requests", "instances", "title")

    def operation_of(self, asked: Sent) -> str | None:
        """``embeddings``, where they are asked for; Vertex AI predicts them from instances that have contents."""
        if asked.verb in _VERBS:
            return "embeddings"
        instances = asked.body.get("instances")
        is_text = asked.verb == "predict" and bool(instances) and "content" in fields(items(instances)[0])
        return "embeddings" if is_text else None

    def snapshot_response(self, response: Any) -> bytes:
        """Tokens and the length of the vectors: thousands of numbers are not worth the room."""
        body = from_snapshot(json_of_response(response))
        vectors = _vectors(fields(body))
        dimensions = len(items(vectors[0].get("values"))) if vectors else None
        tokens = [integer(field(vector.get("statistics"), "token_count")) for vector in vectors]
        told = {"usageMetadata": field(body, "usageMetadata"), "tokens": [one for one in tokens if one is not None]}
        return snapshot({**told, "dimensions": dimensions})

    def read_request(self, body: Any) -> Request:
        """How long the vectors are to be."""
        request = Request(has_choices=False)
        first = next(iter(items(field(body, "requests"))), None)
        places = (body, first, field(body, "parameters"), field(body, "embedContentConfig"))
        for count in (integer(field(place, "outputDimensionality")) for place in places):
            if count is not None:
                request.extra[GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = count
        return request

    def read_input(self, body: Any) -> CallInput:
        """What is to be embedded."""
        contents = [field(one, "content") for one in (body, *items(field(body, "requests")))]
        messages: list[Message] = [{"role": "user", "parts": parts} for one in contents if (parts := parts_of(one))]
        predicted = [text(field(one, "content")) or "" for one in items(field(body, "instances"))]
        return CallInput(messages=[*messages, *(message for said in predicted for message in spoken("user", said))])

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was taken of a response."""
        own = fields(body)
        tokens = items(own.get("tokens"))
        if own.get("usageMetadata"):
            reply.usage = read_usage(own["usageMetadata"])
            reply.usage.output_tokens = None
        elif tokens:
            reply.usage = Usage(input_tokens=sum(map(int, tokens)))
        if dimensions := integer(own.get("dimensions")):
            reply.extra[GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = dimensions


def _vectors(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The vectors of a response, in whichever place its endpoint has them."""
    found = [field(one, "embeddings") for one in items(body.get("predictions"))] or items(body.get("embeddings"))
    return [fields(one) for one in found or [body["embedding"]]] if found or "embedding" in body else []
