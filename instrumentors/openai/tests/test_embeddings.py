"""What is taken of embeddings, and what is not."""

from __future__ import annotations

import json

import openai
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import semconv
from verspan.instrumentation.calls import Reply, Usage
from verspan_openai._embeddings import EmbeddingsAdapter

from .interactions import corpus
from .replay import ReplayServer, client_for

ADAPTER = EmbeddingsAdapter()
CASES = {found.key: found for found in corpus("embeddings")}


@pytest.mark.skipif(openai.__version__ == "1.40.0", reason="the oldest client decodes with numpy alone")
def test_encoding_of_the_client(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """A client that asks for base64 on its own account says so on the span, and gives the application numbers."""
    case = CASES["base64"]
    with client_for(case, server.mount([case])) as client:
        answer = client.embeddings.create(model="text-embedding-3-small", input="A parcel.")
    (span,) = spans.get_finished_spans()
    assert answer.data[0].embedding == pytest.approx([0.1, 0.2])
    assert (span.attributes or {})[semconv.GEN_AI_REQUEST_ENCODING_FORMATS] == ("base64",)
    assert (span.attributes or {})[semconv.GEN_AI_EMBEDDINGS_DIMENSION_COUNT] == 2


def test_vectors_are_not_taken(server: ReplayServer) -> None:
    """Of a response the vectors are left where they are; their length is known."""
    case = CASES["text"]
    with client_for(case, server.mount([case])) as client:
        answer = client.embeddings.create(model="m", input="A parcel.", encoding_format="float")
    taken = json.loads(ADAPTER.snapshot_response(answer))
    assert (taken.pop("usage")["prompt_tokens"], taken) == (5, {"model": "text-embedding-3-small", "dimensions": 3})


@pytest.mark.parametrize("body", [None, [], {"data": 3}, {"data": [3]}, {"data": [{"embedding": 3}], "usage": []}])
def test_any_shape(body: object) -> None:
    """An answer in a shape that is nobody's gives nothing."""
    reply = Reply()
    ADAPTER.read_reply(body, reply)
    assert (reply.response_model, reply.usage or Usage(), reply.extra) == (None, Usage(), {})
