"""A capture goes through its document and back, and a stranger's document is refused where it is none."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from verspan.errors import InvalidArgumentError
from verspan.versions.capture.manifest import capture_of, manifest_of
from verspan.versions.capture.model import (
    Capture,
    CodeState,
    Conversion,
    ConvertedFile,
    Dependencies,
    EntryPoint,
    FileMode,
    FileState,
    LockFile,
    Omission,
    OmissionReason,
    Submodule,
)

INNER = CodeState("b" * 40, files=(FileState("x", FileMode.ABSENT),))
WHOLE = Capture(
    CodeState(
        *("a" * 40, "main", ("v1",), "https://example.com/a.git", "Ann <ann@example.com>", 5, "v1"),
        files=(FileState("caf\udce9", FileMode.EXECUTABLE, b"\0\xff", tracked=False),),
        converted=(
            ConvertedFile("a.md", Conversion.OTHER, "d" * 64, 2, b"\r\n"),
            ConvertedFile("b.md", Conversion.CRLF, "e" * 64, 2),
        ),
        submodules=(Submodule("lib", INNER, "c" * 40),),
        sparse=("far",),
        omissions=(Omission("large", OmissionReason.SIZE, 7, "f" * 64), Omission("odd", OmissionReason.SPECIAL)),
        patch=b"diff",
    ),
    Dependencies("3.12.4", "CPython", "Linux-x86_64", {"openai": "3.54"}, LockFile("uv.lock", b"lock")),
    {"LANG": "C"},
    EntryPoint("app.py", ("--port", "80"), "."),
)


@pytest.mark.parametrize("capture", [WHOLE, Capture()], ids=["whole", "empty"])
def test_there_and_back(capture: Capture) -> None:
    """What comes back is equal, and so is its fingerprint."""
    manifest = manifest_of(capture)
    again = capture_of(manifest.document, manifest.contents.__getitem__)
    assert (again, again.fingerprint) == (capture, capture.fingerprint)
    assert manifest_of(again) == manifest


def test_id() -> None:
    """The id is that of the document: another branch is another capture, and has the same fingerprint."""
    assert WHOLE.code is not None
    other = replace(WHOLE, code=replace(WHOLE.code, branch="other"))
    assert manifest_of(other).capture_id != manifest_of(WHOLE).capture_id
    assert other.fingerprint == WHOLE.fingerprint


def changed(**fields: Any) -> bytes:
    """The document of a whole capture, with other fields."""
    return json.dumps({**json.loads(manifest_of(WHOLE).document), **fields}).encode()


@pytest.mark.parametrize(
    "document",
    [
        *(b"", b"[]", b"{}", b"\xff", b"null", b"[" * 100_000),
        *(changed(form=2), changed(code=5), changed(code={}), changed(environment={"a": 1}), changed(entry_point=None)),
        changed(code={**json.loads(manifest_of(WHOLE).document)["code"], "files": [["a", "100666", "0" * 64, True]]}),
        changed(code={**json.loads(manifest_of(WHOLE).document)["code"], "files": [[1, "100644", "0" * 64, True]]}),
        changed(code={**json.loads(manifest_of(WHOLE).document)["code"], "files": ["a"]}),
        changed(code={**json.loads(manifest_of(WHOLE).document)["code"], "commit_timestamp": "5"}),
    ],
)
def test_refused(document: bytes) -> None:
    """What is no capture is refused in a sentence, whatever it is."""
    with pytest.raises(InvalidArgumentError, match=r"no capture of a version|newer Verspan"):
        capture_of(document, manifest_of(WHOLE).contents.__getitem__)
