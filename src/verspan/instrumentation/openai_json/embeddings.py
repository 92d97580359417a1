"""Embeddings. Of the vectors nothing is kept but how long they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import field, fields, integer, items, text, texts
from verspan.instrumentation.openai_json.usage import read_usage
from verspan.instrumentation.parameters import extra, read_parameters
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import snapshot
from verspan.semconv import GEN_AI_EMBEDDINGS_DIMENSION_COUNT, GEN_AI_REQUEST_ENCODING_FORMATS

_BYTES_A_NUMBER = 4  # of a vector in base64


def take_embeddings(response: Any, own_fields: Callable[[Any], Mapping[str, Any]]) -> bytes:
    """Model, usage and the length of the vectors: thousands of numbers are not worth the time to write them.

    Args:
        response: what the client gave.
        own_fields: gives the fields of the client's objects.
    """
    own = own_fields(response)
    vectors = own.get("data")
    first = own_fields(vectors[0]) if isinstance(vectors, list) and vectors else {}
    told = {name: own.get(name) for name in ("model", "usage")}
    return snapshot({**told, "dimensions": _length(first.get("embedding"))}, own_fields)


class EmbeddingsReading:
    """Reads requests for embeddings; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    operation_name: ClassVar[str] = "embeddings"
    content: ClassVar[Collection[str]] = ("input",)

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        return read_parameters(body, _READERS, Request(has_choices=False))

    def read_input(self, body: Any) -> CallInput:
        """What is to be embedded, as far as it is text and not tokens."""
        return CallInput(messages=spoken("user", *texts(field(body, "input"))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from what was taken of a response, or from the whole of it."""
        own = fields(body)
        reply.response_model = text(own.get("model"))
        if own.get("usage") is not None:
            reply.usage = read_usage(own["usage"])
            reply.usage.output_tokens = None  # some hosts count 0 of what there is none of
        first = next(iter(items(own.get("data"))), None)
        count = integer(own.get("dimensions")) or _length(field(first, "embedding"))
        if count:
            reply.extra[GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = count


def _length(vector: Any) -> int | None:
    """How many numbers a vector has, in either encoding."""
    if isinstance(vector, str):
        return (len(vector) * 3 // 4 - vector[-2:].count("=")) // _BYTES_A_NUMBER
    return len(vector) if isinstance(vector, list) else None


def _encoding_formats(value: Any) -> list[str] | None:
    return [value] if isinstance(value, str) else None


_READERS = {
    "dimensions": extra(GEN_AI_EMBEDDINGS_DIMENSION_COUNT, integer),
    "encoding_format": extra(GEN_AI_REQUEST_ENCODING_FORMATS, _encoding_formats),
}
