"""Binary content in messages: kept while small, referred to when large."""

from __future__ import annotations

import base64
import hashlib

import pytest

from verspan.instrumentation.media import INLINE_LIMIT, blob_part, data_url_part, join_base64


def test_small_content_is_kept() -> None:
    """Content up to the limit stays in the message."""
    content = "A" * INLINE_LIMIT
    assert blob_part("image", content, "image/png") == {
        "type": "blob",
        "modality": "image",
        "content": content,
        "mime_type": "image/png",
    }


@pytest.mark.parametrize("length", [4098, 4099, 4100])
def test_large_content_is_referred_to(length: int) -> None:
    """Content above the limit is told by the length of what it stands for and the digest of its base64."""
    content = base64.b64encode(bytes(length)).decode()
    assert blob_part("audio", content) == {
        "type": "blob_reference",
        "modality": "audio",
        "byte_length": length,
        "content_sha256": hashlib.sha256(content.encode()).hexdigest(),
    }


@pytest.mark.parametrize(
    ("url", "content", "mime_type"),
    [
        ("data:image/png;base64,AAAA", "AAAA", "image/png"),
        ("data:image/svg+xml;charset=utf-8;base64,AAAA", "AAAA", "image/svg+xml"),
        ("data:text/plain,a%20b", base64.b64encode(b"a b").decode(), "text/plain"),
    ],
)
def test_data_url(url: str, content: str, mime_type: str) -> None:
    """A data URL gives its content in base64 and its media type."""
    part = data_url_part("document", url)
    assert part == {"type": "blob", "modality": "document", "content": content, "mime_type": mime_type}


def test_data_url_without_a_type() -> None:
    """A data URL that names no media type has none."""
    assert data_url_part("image", "data:;base64,AAAA") == {"type": "blob", "modality": "image", "content": "AAAA"}


@pytest.mark.parametrize("pieces", [[], [b"abc", b"def"], [b"a", b"bc", b"def"], [b"abc", b"d"]])
def test_joined(pieces: list[bytes]) -> None:
    """Pieces encoded one by one join to the encoding of the whole."""
    encoded = [base64.b64encode(piece).decode() for piece in pieces]
    assert join_base64(encoded) == base64.b64encode(b"".join(pieces)).decode()
