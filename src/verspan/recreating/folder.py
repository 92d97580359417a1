"""The folder that a version is recreated in: files are written in it and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from verspan.errors import InvalidArgumentError
from verspan.versions.capture.listing import encoded
from verspan.versions.capture.model import FileMode

_PERMISSIONS: Final = {FileMode.REGULAR: 0o666, FileMode.EXECUTABLE: 0o777}  # less what the user's mask takes away
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def checked_destination(directory: Path) -> Path:
    """The absolute path of a folder that is not there yet, or is empty.

    Raises:
        InvalidArgumentError: something is there.
    """
    place = directory.expanduser().absolute()
    try:
        there = os.path.lexists(place)
        if there and (place.is_symlink() or not place.is_dir() or any(place.iterdir())):
            raise InvalidArgumentError(f"{place} is there and not an empty folder: give a folder that is not there yet")
    except OSError as error:
        raise InvalidArgumentError(f"{place} cannot be used: {error.strerror}. Give another folder.") from error
    return place


class Folder:
    """A folder that is written file by file.

    No file is written twice, and none by way of a folder that was not made here: so no link, whether it was there or
    the record has it, leads out. Whoever calls checks paths first, and writes symbolic links last.

    Args:
        root: the folder, which is there.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._place = os.fsencode(root)
        self._made = {b""}

    def write(self, path: str, mode: FileMode, content: bytes) -> None:
        """Write a file or a symbolic link.

        Raises:
            OSError: something is there already, or the disk refuses.
        """
        name = encoded(path)
        self._make(name.rpartition(b"/")[0])
        place = os.path.join(self._place, name)  # noqa: PTH118 - a path may be no text
        if mode is FileMode.SYMLINK:
            os.symlink(content, place)  # noqa: PTH211 - a target may be no text
            return
        with open(os.open(place, _NEW, _PERMISSIONS[mode]), "wb") as file:  # noqa: PTH123 - likewise
            file.write(content)

    def make(self, path: str) -> Path:
        """Make a folder, and those that it is in.

        Raises:
            OSError: something else is there, or the disk refuses.
        """
        self._make(encoded(path))
        return self.root / os.fsdecode(encoded(path))

    def _make(self, folder: bytes) -> None:
        if folder in self._made:
            return
        self._make(folder.rpartition(b"/")[0])
        os.mkdir(os.path.join(self._place, folder))  # noqa: PTH102, PTH118 - likewise
        self._made.add(folder)
