"""Megabytes of base64 that are told by length and digest before they are written down."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pytest

from verspan.instrumentation.media import blob_part, data_url_part
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES, snapshot
from verspan.instrumentation.stand_ins import lightened, lightened_document, says_much

LARGE = base64.b64encode(hashlib.shake_256(b"a photograph").digest(MAX_CONTENT_BYTES)).decode()
SMALL = LARGE[:400]
REFERENCE = {
    "type": "blob_reference",
    "modality": "image",
    "byte_length": MAX_CONTENT_BYTES,
    "content_sha256": hashlib.sha256(LARGE.encode()).hexdigest(),
}
PROSE = "A parcel came, and nobody was in. " * 40_000


@dataclass
class Model:
    """An object of a client's own."""

    b64_json: str
    revised: str


def test_same_part() -> None:
    """What stands for content makes the part that the content makes, with its media type."""
    document = json.loads(snapshot([LARGE, f"data:image/png;base64,{LARGE}"]))
    assert len(snapshot(document)) < 400
    assert blob_part("image", document[0]) == blob_part("image", LARGE) == REFERENCE
    assert data_url_part("image", document[1]) == {**REFERENCE, "mime_type": "image/png"}


@pytest.mark.parametrize("text", [PROSE, "a" * 2_000_000, "data:text/plain," + PROSE, "[3 bytes in base64]" * 90_000])
def test_texts_stay(text: str) -> None:
    """A long text that is no base64 stays what it is."""
    assert json.loads(snapshot({"text": text, "image": LARGE}))["text"] == text
    document = json.dumps({"text": text, "image": LARGE}).encode()
    assert json.loads(lightened_document(document))["text"] == text


def test_value_is_not_changed() -> None:
    """What is written down is changed, and what the application holds is not; its objects are looked into."""
    held: dict[str, Any] = {"said": ({"image": LARGE, "thumbnail": SMALL},), "model": Model(LARGE, "pot"), "n": 1}
    written = lightened(held, vars)
    assert held["said"][0]["image"] is LARGE
    assert written["said"][0]["thumbnail"] == SMALL
    assert blob_part("image", written["said"][0]["image"]) == REFERENCE
    assert written["model"] == {"b64_json": written["said"][0]["image"], "revised": "pot"}


def test_small_documents_are_whole() -> None:
    """Where all of it is small nothing is replaced, base64 included."""
    content = LARGE[:10_000]
    assert json.loads(snapshot({"image": content})) == {"image": content}


@pytest.mark.parametrize("header", ["", "data:image/webp;base64,"])
def test_document(header: str) -> None:
    """Content is found in JSON that nobody has read, which stays JSON; what stands around it stays."""
    value = {"a": 'he said "no"', "data": [{"image": header + LARGE, "b": SMALL}, {"image": header + LARGE}], "c": {}}
    found = json.loads(lightened_document(json.dumps(value).encode()))
    assert (found["a"], found["data"][0]["b"], found["c"]) == ('he said "no"', SMALL, {})
    for item in found["data"]:
        assert blob_part("image", item["image"].removeprefix(header)) == REFERENCE


@pytest.mark.parametrize(
    "document",
    [b"", b"{}", b'"', b'{"a": "b', b'{"a": "' + LARGE.encode() + b'\\"b"}', b"[" + b'"a",' * 20_000 + b"1]"],
)
def test_other_documents(document: bytes) -> None:
    """What has no such content, or is cut, is given back as it is."""
    assert lightened_document(document) == document


@pytest.mark.parametrize(
    ("body", "much"),
    [
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": LARGE}}]}]}, True),
        ({"input": [{"role": "user", "content": [{"type": "input_image", "image_url": LARGE}]}]}, True),
        ({"messages": [{"role": "user", "content": [{"source": {"data": LARGE}}]}]}, True),
        ({"messages": [{"role": "user", "content": "Hello"}, "odd", None]}, False),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}, "odd", 1]}]}, False),
        ({"input": "Hello"}, False),
        ({}, False),
    ],
)
def test_says_much(body: dict[str, Any], *, much: bool) -> None:
    """Large content is seen in the parts of messages, before anything is written down."""
    assert says_much(body) is much
