"""The writing end of a segment whose space is taken beforehand and mapped into memory.

Writing to a file lets go of the interpreter's lock, and a thread that ends a span beside a busy one then waits for its
turn, several milliseconds at worst. Copying into mapped memory does not, and the system keeps what was copied when the
process is killed. But a mapped file in which the system finds no space, when it is written to, ends the process: so
space is taken when the segment is made, and only on file systems of which it is known that they keep it.
"""

from __future__ import annotations

import mmap
import os
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

from verspan.spool.framing import SPAN_MARK, RecordKind, mark_of, write_record
from verspan.spool.segments import HEADER_SIZE, SegmentState

CAPACITY = 1 << 20
"""Bytes of a segment: some four hundred spans, and a fraction of a millisecond to make."""
LARGEST_PAYLOAD = CAPACITY // 4
"""Beyond, a record has a segment of the other kind to itself, rather than leave most of one empty."""
_MODE = 0o600
_POPULATE_WRITE = 23  # MADV_POPULATE_WRITE, which has no name in Python yet
_FILE_SYSTEMS = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs"})
"""Those that give space to a file once asked for it, and do not take it back."""
_ORIGIN_MARK = mark_of(RecordKind.ORIGIN)


class MappedSegmentWriter:
    """The writing end of a segment; its file shrinks to what is in it when the last thread lets go of it."""

    __slots__ = ("__weakref__", "_descriptor", "_is_writing", "_lock", "_memory", "_process", "origins", "path", "size")

    def __init__(self, path: Path, capacity: int = CAPACITY) -> None:
        """Make the file and take its space.

        Args:
            path: the file.
            capacity: its size, in bytes.

        Raises:
            OSError: it cannot be made, or there is no space.
        """
        self.path = path
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._is_writing = False
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
        self.origins: set[int] = set()
        """The origins that stand in this segment."""
        self.size = HEADER_SIZE
        """How much of it is taken."""
        try:
            os.posix_fallocate(self._descriptor, 0, capacity)
            self._memory = mmap.mmap(self._descriptor, capacity)
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise
        self._memory[:HEADER_SIZE] = SegmentState().packed()

    def __del__(self) -> None:
        descriptor = getattr(self, "_descriptor", None)  # none where the file could not be opened
        if descriptor is None:
            return
        if self._process == os.getpid():  # in a forked child the file is still being written by its parent
            with suppress(OSError):
                os.truncate(descriptor, self.size)
        os.close(descriptor)

    def populate(self) -> None:
        """Have memory for all of it now, rather than a page at a time when spans are written."""
        with suppress(OSError, ValueError):  # of a kernel before 5.14
            self._memory.madvise(_POPULATE_WRITE)

    def remove(self) -> None:
        """Delete the file, to which nothing has been written."""
        with suppress(OSError):
            self.path.unlink()

    def append_origin(self, number: int, payload: bytes) -> bool:
        """Write an origin that spans will refer to; False as of :meth:`append`."""
        written = self.append(payload, _ORIGIN_MARK)
        if written:
            self.origins.add(number)
        return written

    def append(self, payload: bytes, mark: bytes = SPAN_MARK) -> bool:
        """Write a record.

        Args:
            payload: what it holds.
            mark: what kind it is; see :func:`~verspan.spool.framing.mark_of`.

        Returns:
            False where it does not fit, or where a finalizer calls in the middle of another record.
        """
        with self._lock:
            if self._is_writing:
                return False
            self._is_writing = True
            try:
                end = write_record(self._memory, self.size, payload, mark)
                if end is None:
                    return False
                self.size = end
            finally:
                self._is_writing = False
        return True


def can_map(folder: Path) -> bool:
    """Whether segments in a folder may be mapped."""
    return hasattr(os, "posix_fallocate") and _file_system_of(os.path.realpath(folder)) in _FILE_SYSTEMS


@cache
def _file_system_of(path: str) -> str:
    """The kind of file system that a path is on; empty where the system does not tell."""
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    mounts = [(before.split()[4], after.split()[0]) for before, _, after in (line.partition(" - ") for line in lines)]
    fitting = [(len(point), kind) for point, kind in mounts if Path(path).is_relative_to(point)]
    return max(fitting, default=(0, ""))[1]
