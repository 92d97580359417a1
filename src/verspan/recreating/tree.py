"""The files of a state: those of the commit, and over them what the record has.

Files are written as git keeps them, by this module and not by ``git checkout``: that would apply line ends, filters and
hooks by the settings of this machine, and the tree is to be as it was on another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from verspan.errors import InvalidArgumentError
from verspan.recreating.folder import Folder
from verspan.recreating.model import Missing
from verspan.recreating.paths import checked_path
from verspan.versions.capture.conversions import read_blobs
from verspan.versions.capture.listing import GITLINK, decoded
from verspan.versions.capture.model import (
    CodeState,
    Conversion,
    ConvertedFile,
    FileMode,
    FileState,
    Omission,
    OmissionReason,
)
from verspan.versions.git_command import GitFolder

_BATCH_BYTES: Final = 1 << 25
_BATCH_FILES: Final = 1000
_REASONS: Final = {
    OmissionReason.SIZE: "its content was not kept, since it would have made the record larger than the cap "
    "(VERSPAN_CAPTURE_MAX_BYTES)",
    OmissionReason.UNREADABLE: "it could not be read when the state was captured",
    OmissionReason.SPECIAL: "it was neither a file nor a symbolic link",
    OmissionReason.SECRET: "it was untracked and its name says that it holds secrets, which are not kept",
}


@dataclass(frozen=True)
class Written:
    """What has been written of a tree, and what the record says of it."""

    digests: dict[str, tuple[FileMode, str]] = field(default_factory=dict)
    """Mode and SHA-256 of each file, as the record says that they were."""
    missing: list[Missing] = field(default_factory=list)
    """What could not be restored."""


@dataclass(frozen=True)
class _TreeEntry:
    path: str
    mode: str
    blob: str
    size: int


class TreeWriter:
    """Writes the files of one repository's state.

    Args:
        git: asked in a repository that has the commit.
        folder: where files are written.
        within: the path in the folder where the repository's root is, with a slash at its end; empty for the folder.
        written: what has been written, which this adds to.
    """

    def __init__(self, git: GitFolder, folder: Folder, within: str, written: Written) -> None:
        self._git = git
        self._folder = folder
        self._within = within
        self._written = written
        self._links: list[tuple[str, bytes]] = []

    def write(self, code: CodeState) -> None:
        """Write everything but the repositories within.

        Raises:
            GitError: the repository has not all that the commit holds.
        """
        over = {each.path: each for each in code.files}
        self._write_commit(code, over)
        for each in code.files:
            if each.mode is not FileMode.ABSENT:
                self._put(each.path, each.mode, each.content, each.digest)
        for path, target in self._links:  # last, so that nothing is written through one
            self._put_on_disk(path, FileMode.SYMLINK, target)
        self._tell_omissions(code.omissions)

    def _write_commit(self, code: CodeState, over: dict[str, FileState]) -> None:
        converted = {each.path: each for each in code.converted}
        within = {each.path for each in code.submodules}
        passed_over = {*over, *code.sparse}
        entries = [each for each in self._entries(code.commit) if each.path not in passed_over]
        for batch in _batches([each for each in entries if each.mode != GITLINK]):
            contents = read_blobs(self._git, [entry.blob for entry in batch])
            for entry, content in zip(batch, contents, strict=True):
                self._put_kept(entry, content, converted.get(entry.path))
        for entry in entries:
            if entry.mode == GITLINK and entry.path not in within:
                self._make_empty(entry.path)

    def _entries(self, commit: str | None) -> Iterator[_TreeEntry]:
        if commit is None:
            return
        for line in self._git.ask_bytes("ls-tree", "-r", "-l", "-z", "--full-tree", commit).split(b"\0"):
            if line:
                words, _, path = line.partition(b"\t")
                mode, _, blob, size = words.decode().split()
                yield _TreeEntry(decoded(path), mode, blob, int(size) if size.isdecimal() else 0)

    def _put_kept(self, entry: _TreeEntry, kept: bytes, converted: ConvertedFile | None) -> None:
        # Commits of long ago have files that their group may write, which is no mode of today's.
        mode = FileMode(entry.mode) if entry.mode in (FileMode.EXECUTABLE, FileMode.SYMLINK) else FileMode.REGULAR
        if converted is None:
            self._put(entry.path, mode, kept, hashlib.sha256(kept).hexdigest())
            return
        content = self._converted(kept, converted)
        if content is None or hashlib.sha256(content).hexdigest() != converted.digest:
            self._miss(entry.path, _why_kept(converted))
            content = kept
        self._put(entry.path, mode, content, converted.digest)

    def _converted(self, kept: bytes, converted: ConvertedFile) -> bytes | None:
        if converted.conversion is Conversion.CRLF:
            return kept.replace(b"\n", b"\r\n")
        if converted.conversion is Conversion.LFS:
            return self._lfs_object(converted.digest)
        return converted.content

    def _lfs_object(self, digest: str) -> bytes | None:
        git_folder = Path(self._git.ask("rev-parse", "--git-common-dir").strip())
        place = self._git.folder / git_folder / "lfs" / "objects" / digest[:2] / digest[2:4] / digest
        try:
            return place.read_bytes()
        except OSError:
            return None

    def _put(self, path: str, mode: FileMode, content: bytes, digest: str) -> None:
        self._written.digests[self._within + path] = (mode, digest)
        if mode is FileMode.SYMLINK:
            self._links.append((path, content))
        else:
            self._put_on_disk(path, mode, content)

    def _put_on_disk(self, path: str, mode: FileMode, content: bytes) -> None:
        try:
            self._folder.write(self._within + checked_path(path), mode, content)
        except InvalidArgumentError as error:
            self._miss(path, str(error))
        except (OSError, ValueError) as error:
            self._miss(path, f"it could not be written: {error}")

    def _make_empty(self, path: str) -> None:
        try:
            self._folder.make(self._within + checked_path(path))
        except (InvalidArgumentError, OSError) as error:
            self._miss(path, f"the empty folder of a submodule could not be made: {error}")

    def _tell_omissions(self, omissions: Sequence[Omission]) -> None:
        for each in omissions:
            self._miss(each.path, _REASONS[each.reason])

    def _miss(self, path: str, reason: str) -> None:
        self._written.missing.append(Missing(self._within + path, reason))


def _why_kept(converted: ConvertedFile) -> str:
    if converted.conversion is Conversion.LFS:
        return "Git LFS has no object for it here, so it is the pointer: run `git lfs pull` in the folder"
    return "it is as git keeps it, not as it was on disk: its content was not kept"


def _batches(entries: Sequence[_TreeEntry]) -> Iterator[list[_TreeEntry]]:
    """The entries in groups whose contents fit into memory together."""
    batch: list[_TreeEntry] = []
    size = 0
    for entry in entries:
        if batch and (size + entry.size > _BATCH_BYTES or len(batch) == _BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch
