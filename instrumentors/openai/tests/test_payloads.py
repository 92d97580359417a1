"""Images by the megabyte, in requests and in answers: told by a reference, in JSON that stays small and valid."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import semconv
from verspan.instrumentation.calls import Call
from verspan.instrumentation.content import KIND, TakenCall
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES
from verspan_openai._media import ImagesAdapter

from .asking import has_responses
from .interactions import corpus
from .replay import ReplayServer, client_for

BYTES = 3 * MAX_CONTENT_BYTES
IMAGE = base64.b64encode(hashlib.shake_256(b"a teapot").digest(BYTES)).decode()
URL = f"data:image/png;base64,{IMAGE}"
REFERENCE = {
    "type": "blob_reference",
    "modality": "image",
    "byte_length": BYTES,
    "content_sha256": hashlib.sha256(IMAGE.encode()).hexdigest(),
}
CHAT = next(found for found in corpus("chat") if found.key == "text")
RESPONSE = next(found for found in corpus("responses") if found.key == "text")
DRAWN = replace(
    next(found for found in corpus("media") if "/images/" in found.path),
    body=json.dumps({"created": 1, "data": [{"b64_json": IMAGE}], "usage": {"input_tokens": 9}}).encode(),
    headers={"content-type": "application/json"},
)


def chat(client: Any) -> Any:
    """Ask about an image in a chat."""
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": URL}}]
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": content}])


def respond(client: Any) -> Any:
    """Ask about an image in a request for a response."""
    content = [{"type": "input_text", "text": "What is it?"}, {"type": "input_image", "image_url": URL}]
    return client.responses.create(model="gpt-4o", input=[{"role": "user", "content": content}])


def parts(spans: InMemorySpanExporter, attribute: str) -> Any:
    """The parts of the only message of an attribute, which is small."""
    (span,) = spans.get_finished_spans()
    document = str((span.attributes or {})[attribute])
    assert len(document) < 1000
    return json.loads(document)[0]["parts"]


@pytest.mark.parametrize(
    ("ask", "answered"), [(chat, CHAT), pytest.param(respond, RESPONSE, marks=has_responses)], ids=["chat", "responses"]
)
def test_in_a_request(
    server: ReplayServer, spans: InMemorySpanExporter, ask: Callable[[Any], Any], answered: Any
) -> None:
    """An image in a request reaches the server whole, and the span as a reference."""
    mount = server.mount([answered])
    with client_for(answered, mount) as client:
        ask(client)
    assert IMAGE.encode() in mount.received[0].body
    assert parts(spans, semconv.GEN_AI_INPUT_MESSAGES) == [
        {"type": "text", "content": "What is it?"},
        {**REFERENCE, "mime_type": "image/png"},
    ]


@pytest.mark.parametrize("raw", [False, True], ids=["parsed", "raw"])
def test_in_an_answer(server: ReplayServer, spans: InMemorySpanExporter, *, raw: bool) -> None:
    """An image in an answer reaches the application whole, and the span as a reference, with what was told after it."""
    with client_for(DRAWN, server.mount([DRAWN])) as client:
        images = client.images.with_raw_response if raw else client.images
        given = images.generate(model="gpt-image-1", prompt="A teapot")
        answer = given.parse() if raw else given
    assert answer.data[0].b64_json == IMAGE
    assert parts(spans, semconv.GEN_AI_OUTPUT_MESSAGES) == [REFERENCE]
    (span,) = spans.get_finished_spans()
    assert (span.attributes or {})[semconv.GEN_AI_USAGE_INPUT_TOKENS] == 9


def test_handed_over_small() -> None:
    """What is handed over to be kept has no megabytes, so that none are written to disk while the application waits."""
    taken = TakenCall(ImagesAdapter(), Call("generate_image", "openai"), captures=True)
    taken.request = b"{}"
    taken.answer.documents.append(DRAWN.body)
    packed = taken.packed()
    assert packed[0] == KIND
    assert len(repr(packed)) < 1000
