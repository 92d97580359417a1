"""Contents of artifacts, streamed: each is kept once under its SHA-256, and checked against it whenever it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from verspan.artifacts.model import Artifact
from verspan.artifacts.progress import Meter
from verspan.artifacts.roots import ContentRoot
from verspan.errors import InvalidArgumentError, StoreCorruptError, StoreUnavailableError

CHUNK_BYTES: Final = 2**20


@dataclass(frozen=True)
class Content:
    """Something that can be read more than once."""

    name: str
    """What an error calls it."""
    open: Callable[[], BinaryIO]


@dataclass(frozen=True)
class Kept:
    """A content that is at an artifact root."""

    digest: str
    size: int


def keep(root: ContentRoot, content: Content, meter: Meter) -> Kept:
    """Keep a content, unless its root has it already.

    It is read twice, to learn what it is and to keep it, so that what is there is never sent again and memory is
    constant.

    Raises:
        InvalidArgumentError: it was changed meanwhile, or cannot be read.
        StoreUnavailableError: the root cannot be used.
    """
    kept = measure(content, meter)
    if root.has(kept.digest, kept.size):
        meter.advance(kept.size)
    else:
        root.put(kept.digest, kept.size, unchanged(content, kept, meter))
    meter.file_done()
    return kept


def measure(content: Content, meter: Meter | None = None) -> Kept:
    """The SHA-256 and the size of a content.

    Args:
        content: what is read.
        meter: is told of it, where it is long work.

    Raises:
        InvalidArgumentError: it cannot be read.
    """
    hashed, size = hashlib.sha256(), 0
    for chunk in _chunks(content, meter):
        hashed.update(chunk)
        size += len(chunk)
    return Kept(hashed.hexdigest(), size)


def unchanged(content: Content, kept: Kept, meter: Meter | None = None) -> Iterator[bytes]:
    """A content that has been measured, read again.

    Raises:
        InvalidArgumentError: it is another by now, which is known once its last chunk is read.
    """
    hashed = hashlib.sha256()
    for chunk in _chunks(content, meter):
        hashed.update(chunk)
        yield chunk
    if hashed.hexdigest() != kept.digest:
        raise InvalidArgumentError(f"{content.name} was changed while it was read: do it again once it is at rest")


def verified_chunks(root: ContentRoot, artifact: Artifact) -> Iterator[bytes]:
    """An artifact's content; it has been checked once the last chunk is there.

    Raises:
        StoreUnavailableError: the content is not at its root.
        StoreCorruptError: what is there is another content.
    """
    hashed = hashlib.sha256()
    try:
        with root.open(artifact.digest) as file:
            while chunk := file.read(CHUNK_BYTES):
                hashed.update(chunk)
                yield chunk
    except FileNotFoundError as error:
        raise StoreUnavailableError(
            f"the content of the artifact {artifact.path!r} (SHA-256 {artifact.digest}) is not at {root.location}:"
            " log it again, or put the artifact root back"
        ) from error
    if hashed.hexdigest() != artifact.digest:
        raise StoreCorruptError(
            f"the content of the artifact {artifact.path!r} at {root.location} has the SHA-256 {hashed.hexdigest()} and"
            f" not {artifact.digest}, under which it was logged: remove it there and log it again"
        )


def write_verified(root: ContentRoot, artifact: Artifact, path: Path, meter: Meter) -> None:
    """Write an artifact's content to a file, which is there whole and checked or not at all.

    Raises:
        StoreUnavailableError: the content is not at its root.
        StoreCorruptError: what is there is another content.
        OSError: the file cannot be written.
    """
    incoming = path.with_name(f".{path.name[:100]}.{uuid4().hex}")
    try:
        with incoming.open("xb") as file:
            for chunk in verified_chunks(root, artifact):
                file.write(chunk)
                meter.advance(len(chunk))
        incoming.replace(path)
    finally:
        incoming.unlink(missing_ok=True)
    meter.file_done()


def _chunks(content: Content, meter: Meter | None) -> Iterator[bytes]:
    try:
        with content.open() as file:
            while chunk := file.read(CHUNK_BYTES):
                if meter is not None:
                    meter.advance(len(chunk))
                yield chunk
    except OSError as error:
        raise InvalidArgumentError(f"{content.name} cannot be read: {error.strerror or error}") from error
