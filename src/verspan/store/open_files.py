"""Which stores' files this process has open, so that none is opened beside SQLite.

A process's locks on a file end as soon as it closes any descriptor of that file, whoever opened it and why. A store
whose locks are gone still works, until another process closes it too: that one takes itself for the last, removes the
log, and what is written later goes into a file that nobody can open any more. See
https://www.sqlite.org/howtocorrupt.html, "POSIX advisory locks canceled by a separate thread doing close()".
"""

from __future__ import annotations

import threading
import weakref
from pathlib import Path
from typing import NamedTuple


class _Identity(NamedTuple):
    """A file, whatever it is called."""

    device: int
    inode: int


class OpenFile:
    """To be kept for as long as SQLite may have the file open."""

    __slots__ = ("__weakref__", "identity")

    def __init__(self, identity: _Identity | None) -> None:
        self.identity = identity
        """None where there was no file."""

    def is_at(self, path: Path) -> bool:
        """Whether it still stands at a path."""
        return self.identity == _identity_of(path)


_lock = threading.Lock()
_open: weakref.WeakSet[OpenFile] = weakref.WeakSet()


def about_to_open(path: Path) -> OpenFile:
    """Say that SQLite is going to open a file; to be called inside :func:`~verspan.store.forks.at_work`."""
    file = OpenFile(_identity_of(path))
    with _lock:
        _open.add(file)
    return file


def beginning_of(path: Path, size: int) -> bytes | None:
    """The first bytes of a file; None where this process has it open, and had it checked when it opened it.

    To be called inside :func:`~verspan.store.forks.at_work`.

    Raises:
        OSError: it cannot be read.
    """
    with _lock:  # or SQLite could open it between our opening and our closing
        identity = _identity_of(path)
        if any(file.identity == identity for file in _open):
            return None
        with path.open("rb") as file:
            return file.read(size)


def _identity_of(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Identity(found.st_dev, found.st_ino)
