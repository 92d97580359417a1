"""What is taken of embeddings, and what is not."""

from __future__ import annotations

import json
from dataclasses import replace

import openai
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import semconv
from verspan.instrumentation.calls import Reply, Usage
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES
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


def test_megabytes_read_by_the_application(server: ReplayServer, spans: InMemorySpanExporter) -> None:
    """Of vectors by the megabyte that the application reads itself, model and tokens are known all the same."""
    case = CASES["text"]
    answer = json.loads(case.body)
    answer["data"] = [{"object": "embedding", "index": index, "embedding": [0.25] * 3072} for index in range(200)]
    ordered = {"object": "list", "data": answer["data"], "model": answer["model"], "usage": answer["usage"]}
    large = replace(case, body=json.dumps(ordered).encode())
    with (
        client_for(case, server.mount([large])) as client,
        client.embeddings.with_streaming_response.create(model="m", input="A parcel.", encoding_format="float") as read,
    ):
        assert sum(map(len, read.iter_bytes())) > MAX_CONTENT_BYTES
    (span,) = spans.get_finished_spans()
    attributes = span.attributes or {}
    assert attributes[semconv.GEN_AI_USAGE_INPUT_TOKENS] == 5
    assert attributes[semconv.GEN_AI_RESPONSE_MODEL] == "text-embedding-3-small"
