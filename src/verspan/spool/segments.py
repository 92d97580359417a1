"""The writing end of one file of a session; :mod:`verspan.spool.reading` has the reading end.

A segment begins with its state: how far it is delivered, and for how long somebody has tried to deliver it. Then come
records, as :mod:`verspan.spool.framing` has them.
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from verspan.spool.framing import RecordKind, framed, mark_of

_MAGIC = b"vspool1\n"
_STATE = struct.Struct("<QI")
_CHECKSUM = struct.Struct("<I")
HEADER_SIZE = len(_MAGIC) + _STATE.size + _CHECKSUM.size
_MODE = 0o600
_CUT_SHORT = "there was space for a part of it only"
_ORIGIN_MARK = mark_of(RecordKind.ORIGIN)


class SegmentState(NamedTuple):
    """What is remembered of a segment besides its records."""

    delivered: int = HEADER_SIZE
    """Everything before this position has been delivered."""
    waited_s: int = 0
    """For how many seconds some process has tried to deliver it, by a clock that nobody can set."""

    def packed(self) -> bytes:
        """The segment's header."""
        state = _STATE.pack(*self)
        return _MAGIC + state + _CHECKSUM.pack(crc32(state))

    @classmethod
    def unpacked(cls, header: bytes) -> SegmentState:
        """The state in a header; where it cannot be read nothing counts as delivered."""
        state, checksum = header[len(_MAGIC) : -_CHECKSUM.size], header[-_CHECKSUM.size :]
        if len(header) != HEADER_SIZE or _CHECKSUM.pack(crc32(state)) != checksum:
            return cls()
        return cls(*_STATE.unpack(state))


class SegmentWriter:
    """The writing end of a segment; it is closed when the last thread that holds it lets go of it."""

    __slots__ = ("__weakref__", "_descriptor", "origins", "path", "size")

    def __init__(self, path: Path) -> None:
        """Make the file.

        Raises:
            OSError: it cannot be made.
        """
        self.path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
        self.origins: set[int] = set()
        """The origins that stand in this segment."""
        self.size = 0
        """About how large it is: of two threads that write at the same time, one may not be counted."""
        try:
            self._write(SegmentState().packed())
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise

    def __del__(self) -> None:
        descriptor = getattr(self, "_descriptor", None)  # none where the file could not be opened
        if descriptor is not None:
            os.close(descriptor)

    def append(self, payload: bytes) -> bool:
        """Write a span; threads may do so at once, since the system keeps appended pieces apart.

        Returns:
            True: the file grows as it must.

        Raises:
            OSError: it is not in the file, or not whole; nothing more is to be written to this segment.
        """
        record = framed(payload)
        size = len(record)
        if os.write(self._descriptor, record) != size:
            raise OSError(_CUT_SHORT)
        self.size += size
        return True

    def append_origin(self, number: int, payload: bytes) -> bool:
        """Write an origin that spans will refer to.

        Returns:
            True, likewise.

        Raises:
            OSError: as of :meth:`append`.
        """
        self._write(framed(payload, _ORIGIN_MARK))
        self.origins.add(number)
        return True

    def _write(self, data: bytes) -> None:
        if os.write(self._descriptor, data) != len(data):
            raise OSError(_CUT_SHORT)
