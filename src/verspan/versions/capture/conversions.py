"""Files whose bytes on disk are not those that git keeps, though git calls them unchanged.

Line ends, Git LFS, other filters and encodings are applied when git writes a file, by the attributes and settings of
that machine. A tree that is to come back byte for byte must not depend on them.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from verspan.versions.capture.disk import Budget, Disk, blob_id
from verspan.versions.capture.listing import Entry, decoded, encoded
from verspan.versions.capture.model import Conversion, ConvertedFile
from verspan.versions.git_command import GitError, GitFolder

_FILE: Final = "100"
_LINE_ENDS: Final = frozenset((b"text", b"eol", b"crlf"))
_CONVERTING: Final = (*_LINE_ENDS, b"filter", b"ident", b"working-tree-encoding")
_UNSET: Final = b"unset"
_SIZES: Final = ("ls-files", "-z", "--debug")
_SIZE: Final = re.compile(rb"\n  size: (\d+)\tflags: [0-9a-f]+\n")
_LFS: Final = b"lfs"
_POINTER: Final = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n"
)
_LARGEST_POINTER: Final = 1024  # bytes, as the specification of Git LFS has it


@dataclass(frozen=True)
class LfsPointer:
    """What git keeps in place of a large file."""

    digest: str
    """SHA-256 of the file, as 64 hexadecimal digits."""
    size: int


def parsed_pointer(content: bytes) -> LfsPointer | None:
    """The pointer of Git LFS that a content is; None where it is none."""
    found = _POINTER.fullmatch(content) if len(content) <= _LARGEST_POINTER else None
    return LfsPointer(found[1].decode(), int(found[2])) if found else None


class Conversions:
    """Looks for files that are converted.

    Args:
        git: asked in the root of the working tree.
        disk: the working tree.
        budget: what may be kept.
        entries: all that the index has, in git's order.
        changed: paths that are looked at elsewhere, since they may differ from the commit.
    """

    def __init__(
        self,
        git: GitFolder,
        disk: Disk,
        budget: Budget,
        entries: Sequence[tuple[str, Entry]],
        changed: Container[str],
    ) -> None:
        self._git = git
        self._disk = disk
        self._budget = budget
        self._listed = [path for path, _ in entries]
        self._entries = {path: entry for path, entry in entries if entry.mode.startswith(_FILE) and path not in changed}

    def files(self, *, all_text: bool) -> list[ConvertedFile]:
        """The files, sorted by path.

        Args:
            all_text: whether git's settings convert every text, whatever the attributes say.

        Raises:
            GitError: git did not answer.
        """
        attributes = self._attributes()
        candidates = [path for path in sorted(self._entries) if all_text or path in attributes]
        on_disk, kept = self._sizes_on_disk(), dict(zip(candidates, self._sizes(candidates), strict=True))
        suspects = [
            path
            for path in candidates
            # A line end is longer or shorter by a byte, so that only what is of another size is read.
            if on_disk.get(path) != kept[path] or not attributes[path].keys() <= _LINE_ENDS
        ]
        pointers = self._pointers([path for path in suspects if attributes[path].get(b"filter") == _LFS], kept)
        found = (self._looked_at(path, pointers.get(path)) for path in suspects)
        return [each for each in found if each is not None]

    def _attributes(self) -> defaultdict[str, dict[bytes, bytes]]:
        """The attributes that convert, for each path that has any."""
        told = b"".join(encoded(path) + b"\0" for path in self._entries)
        fields = self._git.ask_bytes("check-attr", "-z", "-a", "--stdin", told=told).split(b"\0")
        found: defaultdict[str, dict[bytes, bytes]] = defaultdict(dict)
        for path, name, value in zip(fields[0::3], fields[1::3], fields[2::3], strict=False):
            if name in _CONVERTING and value != _UNSET:
                found[decoded(path)][name] = value
        return found

    def _sizes_on_disk(self) -> dict[str, int]:
        """The sizes of files as the index remembers them, which is right for those that git calls unchanged.

        Empty where git's answer, whose form is not promised, is not understood; then all are read.
        """
        sizes = [int(size) for size in _SIZE.findall(self._git.ask_bytes(*_SIZES))]
        return dict(zip(self._listed, sizes, strict=True)) if len(sizes) == len(self._listed) else {}

    def _sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """How many bytes git keeps for each; None for what is not there, as in a partial clone."""
        told = "".join(f"{self._entries[path].blob}\n" for path in paths).encode()
        answer = self._git.ask_bytes("cat-file", "--batch-check=%(objectsize)", told=told) if paths else b""
        return (int(line) if line.isdigit() else None for line in answer.splitlines())

    def _pointers(self, paths: Sequence[str], sizes: Mapping[str, int | None]) -> dict[str, LfsPointer]:
        small = {path: size for path in paths if (size := sizes[path]) is not None and size <= _LARGEST_POINTER}
        contents = read_blobs(self._git, [self._entries[path].blob for path in small]) if small else []
        pointers = {path: parsed_pointer(content) for path, content in zip(small, contents, strict=True)}
        return {path: pointer for path, pointer in pointers.items() if pointer is not None}

    def _looked_at(self, path: str, pointer: LfsPointer | None) -> ConvertedFile | None:
        try:
            found = self._disk.stat(path)
            if found is None:
                return None
            if pointer is not None and found.st_size == pointer.size:
                return ConvertedFile(path, Conversion.LFS, pointer.digest, pointer.size)
            return self._compared(path, self._disk.read(path))
        except OSError:  # it has gone since git looked
            return None

    def _compared(self, path: str, content: bytes) -> ConvertedFile | None:
        blob = self._entries[path].blob
        if blob_id(content, blob) == blob:
            return None
        digest, plain = hashlib.sha256(content).hexdigest(), content.replace(b"\r\n", b"\n")
        if blob_id(plain, blob) == blob and plain.replace(b"\n", b"\r\n") == content:
            return ConvertedFile(path, Conversion.CRLF, digest, len(content))
        kept = content if self._budget.covers(len(content)) else None
        return ConvertedFile(path, Conversion.OTHER, digest, len(content), kept)


def read_blobs(git: GitFolder, blobs: Sequence[str]) -> list[bytes]:
    """The contents of objects, in their order.

    Raises:
        GitError: git did not answer, or has not all of them.
    """
    answer = git.ask_bytes("cat-file", "--batch", told="".join(f"{blob}\n" for blob in blobs).encode())
    contents, at = [], 0
    for _ in blobs:
        header = answer[at : answer.index(b"\n", at)]
        size = header.rpartition(b" ")[2]
        if not size.isdigit():
            raise GitError(f"it has no object {header.partition(b' ')[0].decode()}")
        at += len(header) + 1
        contents.append(answer[at : at + int(size)])
        at += int(size) + 1
    return contents
