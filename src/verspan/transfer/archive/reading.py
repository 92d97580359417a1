"""A file that somebody gave, trusted in nothing: every byte is checked before any of it is used.

Names in it lead nowhere, since nothing is extracted by name; what it unpacks to is bounded by what its manifest says,
and that by the size of the file; a line and a frame may ask for no more memory than a bound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile, ZipFile

from verspan.errors import InvalidArgumentError
from verspan.transfer.archive.manifest import MANIFEST, Manifest, Member, blob_name, parse_manifest, records_name
from verspan.transfer.archive.zstandard import UNPACKING, ZstdError, ZstdFile

_MEBI: Final = 2**20
_LARGEST_MANIFEST: Final = 64 * _MEBI
_LARGEST_LINE: Final = 64 * _MEBI
_CHUNK: Final = _MEBI
_ALWAYS_ALLOWED: Final = 256 * _MEBI
_LARGEST_RATIO: Final = 200
"""Agents that resend their history with every turn come to less than that."""
# BadZipFile, a frame that is none, a truncated member, a method or an encryption that ours do not have.
_DAMAGE: Final = (BadZipFile, ZstdError, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


class Archive:
    """A file of versions, open for reading.

    Args:
        path: where it is.
        subjects: of which it may have records.
        max_bytes: how much it may unpack to; None for 200 times its own size, and 256 MiB in any case.

    Raises:
        InvalidArgumentError: it cannot be read, is not such a file, is cut short, or unpacks to more than it may.
    """

    def __init__(self, path: Path, subjects: Sequence[str], max_bytes: int | None = None) -> None:
        self.path = path
        self._file = _opened(path)
        try:
            with self.blaming():
                self._zip = ZipFile(self._file)
                self.manifest = self._read_manifest(subjects)
                self._members = {member.name: member for member in self.manifest.members}
                self._check_members(max_bytes)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._file.close()

    @contextmanager
    def blaming(self) -> Iterator[None]:
        """Let whatever is wrong with the content be said of this file."""
        try:
            yield
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"{str(self.path)!r} is not imported: {error}") from error
        except (*_DAMAGE, KeyError, OSError) as error:
            raise InvalidArgumentError(
                f"{str(self.path)!r} is not imported: it is damaged or cut short ({error}). Copy or export it again"
            ) from error

    def lines(self, subject: str) -> Iterator[bytes]:
        """The records of a subject, each as its line; they are what the manifest says once the last is there."""
        member = self._members.get(records_name(subject))
        if member is None:
            return
        number = 0
        with self._unpacked(member) as file:
            for line in self._checked(member, iter(lambda: file.readline(_LARGEST_LINE + 1), b"")):
                if len(line) > _LARGEST_LINE:
                    raise InvalidArgumentError(f"{member.name} has a line of more than {_LARGEST_LINE // _MEBI} MiB")
                number += 1
                yield line
        if number != member.lines:
            raise InvalidArgumentError(f"{member.name} has {number} records, and its manifest says {member.lines}")

    def has_blob(self, digest: str, size: int) -> bool:
        """Whether a content of this SHA-256 and size is in the file."""
        member = self._members.get(blob_name(digest))
        return member is not None and member.size == size

    def blob(self, digest: str) -> bytes:
        """A content by its SHA-256, as a whole."""
        return b"".join(self.blob_pieces(digest))

    def blob_pieces(self, digest: str) -> Iterator[bytes]:
        """A content by its SHA-256; it has been checked once the last piece is there."""
        member = self._members.get(blob_name(digest))
        if member is None:
            raise InvalidArgumentError(f"it has no content with the SHA-256 {digest}, which a record in it refers to")
        with self._unpacked(member) as file:
            yield from self._checked(member, iter(lambda: file.read(_CHUNK), b""))

    def check_blobs(self) -> None:
        """See that every content is what the manifest says."""
        for member in self.manifest.members:
            if member.lines is None:
                for _ in self.blob_pieces(member.sha256):
                    pass

    def _read_manifest(self, subjects: Sequence[str]) -> Manifest:
        if MANIFEST not in self._zip.namelist():
            raise InvalidArgumentError("it has no manifest, so it is no export by Verspan")
        with self._zip.open(MANIFEST) as file:
            text = file.read(_LARGEST_MANIFEST + 1)
        if len(text) > _LARGEST_MANIFEST:
            raise InvalidArgumentError(f"its manifest has more than {_LARGEST_MANIFEST // _MEBI} MiB")
        return parse_manifest(text, subjects)

    def _check_members(self, max_bytes: int | None) -> None:
        there = sorted(self._zip.namelist())
        expected = sorted([MANIFEST, *(member.name for member in self.manifest.members)])
        if there != expected:
            different = set(there) ^ set(expected)
            what = f": {min(different)!r}" if different else ", one of which is there twice"
            raise InvalidArgumentError(f"its members are not those of its manifest{what}")
        allowed = self._allowed(max_bytes)
        if self.manifest.size > allowed:
            raise InvalidArgumentError(
                f"it unpacks to {self.manifest.size} bytes, and {allowed} are the most for a file of its size: if you"
                f" trust where it comes from, allow it with max_bytes, or --max-bytes {self.manifest.size}"
            )

    def _allowed(self, max_bytes: int | None) -> int:
        if max_bytes is not None:
            return max_bytes
        return max(_ALWAYS_ALLOWED, _LARGEST_RATIO * self.path.stat().st_size)

    @contextmanager
    def _unpacked(self, member: Member) -> Iterator[BufferedIOBase]:
        with self._zip.open(member.name) as packed, ZstdFile(packed, options=UNPACKING) as file:
            yield file

    def _checked(self, member: Member, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Pass on what is unpacked, never more of it than the manifest says, and see at the end that it is that."""
        digest, size = hashlib.sha256(), 0
        for piece in pieces:
            size += len(piece)
            if size > member.size:
                break
            digest.update(piece)
            yield piece
        if (size, digest.hexdigest()) != (member.size, member.sha256):
            raise InvalidArgumentError(
                f"{member.name} is not what its manifest says: it was changed since it was exported"
            )


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidArgumentError(f"{str(path)!r} cannot be read: {error.strerror or error}") from error
