"""A new file, written member by member as its contents come.

Nothing in it tells when or where it was made: the same versions give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from typing_extensions import Self

from verspan.transfer.archive.manifest import MANIFEST, Manifest, Member, blob_name, manifest_json, records_name
from verspan.transfer.archive.zstandard import PACKING, ZstdCompressor

_REGULAR_FILE = 0o100644 << 16
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the time that a ZIP file has where it has none
_BUFFER = 1 << 16


class ArchiveWriter:
    """Writes one file, as a context manager, at whose end it is whole if :meth:`finish` has been called."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w", ZIP_STORED)
        self._members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add_records(self, subject: str, lines: Iterable[bytes]) -> None:
        """Add the records of a subject, each a line without its end; none at all make no member."""
        name, number = records_name(subject), 0
        remaining = iter(lines)
        first = next(remaining, None)
        if first is None:
            return
        with self._packing(name) as member:
            for line in chain([first], remaining):
                member.write(line + b"\n")
                number += 1
        self._members[name] = Member(name, member.digest.hexdigest(), member.size, number)

    def add_blob(self, content: bytes) -> str:
        """Add a content, once however often it is given; returns its SHA-256, by which records refer to it."""
        digest = hashlib.sha256(content).hexdigest()
        self.add_large_blob(digest, [content])
        return digest

    def add_large_blob(self, digest: str, pieces: Iterable[bytes]) -> None:
        """Add a content of which only a piece at a time is in memory.

        Args:
            digest: its SHA-256.
            pieces: all of it.
        """
        name = blob_name(digest)
        if name in self._members:
            return
        with self._packing(name) as member:
            for piece in pieces:
                member.write(piece)
        self._members[name] = Member(name, member.digest.hexdigest(), member.size)

    def finish(self, model_ids: Sequence[str]) -> Manifest:
        """Write the manifest, after which there are no more members."""
        manifest = Manifest(list(model_ids), [self._members[name] for name in sorted(self._members)])
        self._zip.writestr(_entry(MANIFEST), manifest_json(manifest))
        return manifest

    @contextmanager
    def _packing(self, name: str) -> Iterator[_MemberWriter]:
        with self._zip.open(_entry(name), "w", force_zip64=True) as file:
            member = _MemberWriter(file)
            yield member
            member.finish()


class _MemberWriter:
    """Compresses what is written and remembers what it was."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._compressor = ZstdCompressor(options=PACKING)
        self._waiting = bytearray()
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> None:
        self._waiting += content
        if len(self._waiting) >= _BUFFER:
            self._pass_on()

    def finish(self) -> None:
        self._pass_on()
        self._file.write(self._compressor.flush())

    def _pass_on(self) -> None:
        self.digest.update(self._waiting)
        self.size += len(self._waiting)
        self._file.write(self._compressor.compress(self._waiting))
        self._waiting = bytearray()


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _EARLIEST)
    entry.create_system = 3  # Unix, on every system
    entry.external_attr = _REGULAR_FILE
    return entry
