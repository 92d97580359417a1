"""Files as they are on disk, read without following a link and within a budget."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from verspan.versions.capture.listing import encoded
from verspan.versions.capture.model import FileMode, FileState, Omission, OmissionReason

_EXECUTABLE: Final = 0o100
_CHUNK: Final = 1 << 20
_SECRET: Final = (
    *(".env", ".env.*", "*.env", ".envrc", ".netrc", "_netrc", ".pgpass", ".pypirc", ".npmrc", ".git-credentials"),
    *(
        "*.pem",
        "*.key",
        "*.p12",
        "*.pfx",
        "*.jks",
        "*.keystore",
        "*.kdbx",
        "id_rsa*",
        "id_dsa*",
        "id_ecdsa*",
        "id_ed25519*",
    ),
    *("credentials", "credentials.*", "*credentials*.json", "secrets", "secrets.*", "*service[-_]account*.json"),
)
_EXAMPLES: Final = (".example", ".sample", ".template", ".dist", ".pub")


@dataclass
class Budget:
    """How much of a state is read, its submodules included."""

    kept: int
    """Bytes of contents that may still be kept."""
    digested: int = 1 << 28
    """Bytes of what is not kept that may still be read for its digest: 256 MiB take a quarter of a second."""
    files: int = 10_000
    """Files that may still be looked at; who forgets to ignore a folder of packages has a hundred thousand."""

    def covers(self, size: int) -> bool:
        """Whether a content may be kept; it is counted where it may."""
        fits = size <= self.kept and self.files > 0
        if fits:
            self.kept -= size
            self.files -= 1
        return fits


class Disk:
    """A working tree on disk.

    Args:
        root: its root.
        budget: what may be read of it.
    """

    def __init__(self, root: Path, budget: Budget) -> None:
        self._root = os.fsencode(root)
        self._budget = budget
        self._folders: dict[bytes, bool] = {b"": True}

    def stat(self, path: str) -> os.stat_result | None:
        """What is at a path; None where nothing is, or only by way of a link.

        Raises:
            OSError: it may not be looked at.
        """
        try:
            return os.lstat(self._place(path)) if self._is_reached(encoded(path)) else None
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self, path: str) -> bytes:
        """The bytes of a file, or the target of a link.

        Raises:
            OSError: it cannot be read.
        """
        place = self._place(path)
        if stat.S_ISLNK(os.lstat(place).st_mode):
            return os.readlink(place)  # noqa: PTH115 - a target may be no text
        with open(place, "rb") as file:  # noqa: PTH123 - a path may be no text
            return file.read()

    def state(self, path: str, *, tracked: bool) -> FileState | Omission:
        """A file as it is, or why it is not kept."""
        found = None
        try:
            found = self.stat(path)
            if found is None or stat.S_ISDIR(found.st_mode):
                return FileState(path, FileMode.ABSENT, tracked=tracked)
            mode = mode_of(found)
            if mode is None:
                return Omission(path, OmissionReason.SPECIAL)
            reason = self._reason_to_omit(path, found.st_size, tracked=tracked)
            if reason is not None:
                return Omission(path, reason, found.st_size, self._digest(path, found.st_size))
            return FileState(path, mode, self.read(path), tracked)
        except OSError:
            return Omission(path, OmissionReason.UNREADABLE, None if found is None else found.st_size)

    def folder(self, path: str) -> Path:
        """A folder of the tree."""
        return Path(os.fsdecode(self._place(path)))

    def is_repository(self, path: str) -> bool:
        """Whether a folder is the root of a working tree."""
        return os.path.lexists(self.folder(path) / ".git")

    def is_linked_worktree(self, path: str) -> bool:
        """Whether a folder is another worktree of a repository, which is a tree of its own wherever it lies."""
        try:
            link = (self.folder(path) / ".git").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:  # nothing, or a folder as the root of a repository has it
            return False
        return Path(link.removeprefix("gitdir:").strip()).parent.name == "worktrees"

    def _reason_to_omit(self, path: str, size: int, *, tracked: bool) -> OmissionReason | None:
        if not tracked and looks_secret(path):
            return OmissionReason.SECRET
        return None if self._budget.covers(size) else OmissionReason.SIZE

    def _digest(self, path: str, size: int) -> str | None:
        if size > self._budget.digested or self._budget.files <= 0:
            return None
        self._budget.digested -= size
        digest = hashlib.sha256()
        with open(self._place(path), "rb") as file:  # noqa: PTH123 - a path may be no text
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def _place(self, path: str) -> bytes:
        return os.path.join(self._root, encoded(path))  # noqa: PTH118 - likewise

    def _is_reached(self, path: bytes) -> bool:
        """Whether no folder on the way is a link: what lies behind one is not part of the tree."""
        folder = path.rpartition(b"/")[0]
        if folder not in self._folders:
            place = os.path.join(self._root, folder)  # noqa: PTH118 - likewise
            self._folders[folder] = self._is_reached(folder) and stat.S_ISDIR(os.lstat(place).st_mode)
        return self._folders[folder]


def looks_secret(path: str) -> bool:
    """Whether a file's name says that it holds secrets: settings with passwords, private keys, stores of keys."""
    name = path.rpartition("/")[2].lower()
    return any(fnmatchcase(name, pattern) for pattern in _SECRET) and not name.endswith(_EXAMPLES)


def mode_of(found: os.stat_result) -> FileMode | None:
    """What git would call a file; None where it is of a kind that git does not keep."""
    if stat.S_ISLNK(found.st_mode):
        return FileMode.SYMLINK
    if not stat.S_ISREG(found.st_mode):
        return None
    return FileMode.EXECUTABLE if found.st_mode & _EXECUTABLE else FileMode.REGULAR


def blob_id(content: bytes, like: str) -> str:
    """The id that git gives a content.

    Args:
        content: what a blob holds.
        like: an id of the same repository, since its length tells which hash that uses.
    """
    name = "sha1" if len(like) == hashlib.sha1(usedforsecurity=False).digest_size * 2 else "sha256"
    return hashlib.new(name, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
