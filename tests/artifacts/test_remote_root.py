"""An artifact root in an object store: a real S3-compatible server, and fsspec's own place in memory."""

from __future__ import annotations

import hashlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.processes import run

import verspan
from verspan.artifacts.remote_root import RemoteRoot
from verspan.errors import InvalidArgumentError, MissingPackageError, StoreCorruptError, StoreUnavailableError
from verspan.store.interface import Store

from . import s3

pytest.importorskip("s3fs", reason="s3fs is not installed: make installs it from requirements/dev.txt")
pytest.importorskip("moto", reason="moto is not installed: make installs it from requirements/dev.txt")

URL = "s3://verspan-test/some/prefix"
LARGE = 20_000_000  # bytes: three parts of one upload
KILLED = """
import os, signal, sys
from verspan.artifacts.remote_root import RemoteRoot

def halves():
    yield b"x" * 10_000_000
    os.kill(os.getpid(), signal.SIGKILL)

RemoteRoot(sys.argv[1]).put(sys.argv[2], 20_000_000, halves())
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3-compatible server."""
    with s3.served() as address:
        yield address


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A file system with an empty bucket, at which artifacts are kept."""
    import fsspec  # type: ignore[import-untyped] # fsspec has no types

    for name, value in {**s3.VARIABLES, "AWS_ENDPOINT_URL": server, "VERSPAN_ARTIFACTS": URL}.items():
        monkeypatch.setenv(name, value)
    files = fsspec.filesystem("s3")
    files.mkdir("verspan-test")
    yield files
    files.rm("verspan-test", recursive=True)
    files.invalidate_cache()


def objects(bucket: Any) -> dict[str, int]:
    """The size of each object, by its key."""
    bucket.invalidate_cache()
    return {path: details["size"] for path, details in bucket.find("verspan-test", detail=True).items()}


def key_of(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"verspan-test/some/prefix/sha256/{digest[:2]}/{digest[2:]}"


def test_logged(bucket: Any, store: Store, model_id: str, tmp_path: Path) -> None:
    """A folder goes to the bucket, equal contents once and a large one in parts, and comes back as it was."""
    source = tmp_path / "source"
    large = b"0123456789" * (LARGE // 10)
    for name, content in {"a.txt": b"same", "deep/b.txt": b"same", "large.bin": large, "empty": b""}.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    logged = verspan.log_artifacts(source, model_id=model_id)
    assert {artifact.root for artifact in logged} == {URL}
    assert objects(bucket) == {key_of(content): len(content) for content in (b"same", b"", large)}
    assert store.artifacts.of(model_id) == logged
    target = Path(verspan.download_artifacts(model_id=model_id, dst_path=tmp_path / "target"))
    assert (target / "large.bin").read_bytes() == large
    assert [(target / name).read_bytes() for name in ("a.txt", "deep/b.txt", "empty")] == [b"same", b"same", b""]


def test_not_sent_again(bucket: Any, model_id: str) -> None:
    """A content that is there is not sent again, and one that is cut short is."""
    verspan.log_text("hello", "a.txt", model_id=model_id)
    before = bucket.info(key_of(b"hello"))["LastModified"]
    verspan.log_text("hello", "b.txt", model_id=model_id)
    assert bucket.info(key_of(b"hello"))["LastModified"] == before
    bucket.pipe_file(key_of(b"hello"), b"hel")
    verspan.log_text("hello", "c.txt", model_id=model_id)
    assert bucket.cat_file(key_of(b"hello")) == b"hello"


@pytest.mark.parametrize("size", [10, LARGE])
def test_broken_off(bucket: Any, size: int) -> None:
    """Where the content breaks off nothing is seen in the bucket, be it one object or parts of an upload."""

    def broken() -> Iterator[bytes]:
        yield b"x" * size
        raise InvalidArgumentError("it was changed meanwhile")

    with pytest.raises(InvalidArgumentError, match="changed meanwhile"):
        RemoteRoot(URL).put("0" * 64, 2 * size, broken())
    assert objects(bucket) == {}


def test_killed(bucket: Any, server: str, tmp_path: Path) -> None:
    """A process that is killed in the middle of an upload leaves nothing to be seen in the bucket."""
    variables = {**s3.VARIABLES, "AWS_ENDPOINT_URL": server}
    ended = run(sys.executable, "-c", KILLED, URL, "0" * 64, folder=tmp_path, **variables)
    assert (ended.code, objects(bucket)) == (-signal.SIGKILL, {})


def test_tampered(bucket: Any, model_id: str) -> None:
    """An object that is another than was logged is refused."""
    verspan.log_text("hello", "a.txt", model_id=model_id)
    bucket.pipe_file(key_of(b"hello"), b"HELLO")
    with pytest.raises(StoreCorruptError, match=r"'a\.txt' at s3://verspan-test/some/prefix has the SHA-256"):
        verspan.download_artifacts(model_id=model_id, artifact_path="a.txt")


def test_lost(bucket: Any, model_id: str) -> None:
    """An object that is gone is said to be gone from where it was."""
    verspan.log_text("hello", "a.txt", model_id=model_id)
    bucket.rm(key_of(b"hello"))
    with pytest.raises(StoreUnavailableError, match=r"is not at s3://verspan-test/some/prefix: log it again"):
        verspan.download_artifacts(model_id=model_id, artifact_path="a.txt")


def test_no_bucket(bucket: Any, model_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket that is not there is an error that names it, none is made, and the manifest stays as it was."""
    monkeypatch.setenv("VERSPAN_ARTIFACTS", "s3://no-such-bucket/prefix")
    with pytest.raises(StoreUnavailableError, match="artifact root s3://no-such-bucket/prefix cannot be used"):
        verspan.log_text("hello", "a.txt", model_id=model_id)
    assert not bucket.exists("no-such-bucket")
    assert verspan.list_artifacts(model_id=model_id) == []


def test_in_memory(model_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other place of fsspec does, one with folders among them."""
    monkeypatch.setenv("VERSPAN_ARTIFACTS", "memory://artifacts/")
    assert verspan.log_text("hello", "a.txt", model_id=model_id).root == "memory://artifacts"
    assert Path(verspan.download_artifacts(model_id=model_id, artifact_path="a.txt")).read_text() == "hello"


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("s3://key:secret@bucket/prefix", InvalidArgumentError, "has a password in its URL"),
        ("nosuch://bucket", InvalidArgumentError, "is no place that fsspec knows"),
        ("gs://bucket/prefix", MissingPackageError, "need fsspec's package for gs"),
    ],
)
def test_unusable(model_id: str, monkeypatch: pytest.MonkeyPatch, url: str, error: type[Exception], said: str) -> None:
    """A password in the URL, a place that nobody knows and one whose package is missing are refused, with a way out."""
    monkeypatch.setenv("VERSPAN_ARTIFACTS", url)
    with pytest.raises(error, match=said) as raised:
        verspan.log_text("hello", "a.txt", model_id=model_id)
    assert "secret" not in str(raised.value)


def test_without_fsspec(model_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without fsspec a URL says what to install, and a folder needs none."""
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    verspan.log_text("hello", "a.txt", model_id=model_id)
    monkeypatch.setenv("VERSPAN_ARTIFACTS", URL)
    with pytest.raises(MissingPackageError, match=r"pip install 'verspan\[artifacts\]'"):
        verspan.log_text("hello", "a.txt", model_id=model_id)
