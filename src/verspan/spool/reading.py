"""The reading end of a segment, of this process or of one that it has adopted; one thread at a time uses it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from verspan.spool.framing import Damage, Record, RecordKind, records
from verspan.spool.packing import unpack_origin, unpack_span
from verspan.spool.segments import HEADER_SIZE, SegmentState
from verspan.spool.spans import Origin, SpooledSpan

CORRUPT_SUFFIX = ".corrupt"
_MODE = 0o600


class Extent(NamedTuple):
    """How much there is to read at one moment."""

    end: int
    is_sealed: bool
    """Whether nobody writes any more, so that what is there is all there will be."""


class Taken(NamedTuple):
    """A span that has been read and still waits."""

    span: SpooledSpan
    size: int
    """How many bytes it takes."""
    end: int
    """How far its source is delivered once its destination has it."""


class Source(Protocol):
    """Where spans wait to be delivered."""

    def extent(self) -> Extent:
        """What is there now."""
        ...

    def oldest(self, extent: Extent) -> Iterator[Taken]:
        """The spans within an extent that wait, oldest first; they stay until :meth:`settle`."""
        ...

    def settle(self, taken: Sequence[Taken]) -> None:
        """Let go of the oldest spans, which their destination has."""
        ...


class Segment:
    """A segment's file, opened anew for each use, so that nothing has to be closed in a forked child."""

    def __init__(
        self,
        path: Path,
        is_sealed: Callable[[], bool] = lambda: True,
        written: Callable[[], int | None] = lambda: None,
        *,
        sets_aside: bool = True,
    ) -> None:
        """Begin where delivering stopped.

        Args:
            path: the file.
            is_sealed: whether nobody writes to it any more.
            written: how much of it is written, where its file is larger; None where all of it is.
            sets_aside: whether what cannot be read is copied, since its segment is going to be removed.

        Raises:
            OSError: the file is not there or may not be read.
        """
        self.path = path
        self._unreadable_bytes = 0
        self._is_sealed = is_sealed
        self._written = written
        self._sets_aside = sets_aside
        self._origins: dict[int, Origin] = {}
        self._state = SegmentState.unpacked(self._read(0, HEADER_SIZE))
        self._set_aside_to = self._state.delivered
        self._counted, self._counted_to = 0, self._state.delivered
        self._waits_at: int | None = None
        """How far it was delivered when something in it was seen to wait."""
        for _, found in self._found(HEADER_SIZE, Extent(self._state.delivered, is_sealed=False)):
            self._note_origin(found)

    @property
    def waited_s(self) -> int:
        """For how many seconds some process has tried to deliver it."""
        return self._state.waited_s

    def extent(self) -> Extent:
        """How far the file goes now; where somebody has removed it, there is nothing and will be nothing."""
        is_sealed = self._is_sealed()  # asked first: nothing is written after it
        try:
            size = self.path.stat().st_size
            return Extent(self._written() or size, is_sealed)
        except FileNotFoundError:
            return Extent(0, is_sealed=True)

    def is_finished(self) -> bool:
        """Whether nothing in it waits and nothing will."""
        extent = self.extent()
        if not extent.is_sealed:
            return False
        if self._waits_at != self._state.delivered or not extent.end:  # else it would be read again with every try
            self._waits_at = self._state.delivered if next(self.oldest(extent), None) else None
        return self._waits_at is None

    def take_unreadable(self) -> int:
        """How many bytes have been set aside, as no spans of ours, since this was last asked."""
        size, self._unreadable_bytes = self._unreadable_bytes, 0
        return size

    def oldest(self, extent: Extent) -> Iterator[Taken]:
        """The spans that wait, oldest first; what cannot be read is set aside and skipped."""
        for base, found in self._found(self._state.delivered, extent):
            if self._note_origin(found):
                continue
            span = self._span(found)
            if span is not None:
                yield Taken(span, found.end - found.start, base + found.end)
            else:
                self._set_aside(base + found.start, base + found.end)

    def settle(self, taken: Sequence[Taken]) -> None:
        """Take note, in the file too, that its oldest spans are delivered."""
        self._counted -= len(taken)
        self._keep(self._state._replace(delivered=taken[-1].end))

    def wait_further(self, seconds: int) -> None:
        """Take note, in the file too, that delivering has been tried for so much longer."""
        self._keep(self._state._replace(waited_s=self._state.waited_s + seconds))

    def waiting(self) -> int:
        """How many spans wait; what was counted before is not read again."""
        extent = self.extent()
        for base, found in self._found(self._counted_to, extent):
            self._counted_to = base + found.end
            self._counted += isinstance(found, Record) and found.kind is RecordKind.SPAN
        return max(0, self._counted) if extent.end else 0

    def oldest_end_ns(self) -> int | None:
        """When the oldest span that waits ended, in nanoseconds since the epoch; None where none waits."""
        oldest = next(self.oldest(self.extent()), None)
        return oldest.span.end_time if oldest is not None else None

    def remove(self) -> None:
        """Delete the file."""
        with suppress(OSError):
            self.path.unlink()

    def _found(self, start: int, extent: Extent) -> Iterator[tuple[int, Record | Damage]]:
        """Records and damage, each with what its positions count from."""
        if start < extent.end:
            data = self._read(start, extent.end)
            for found in records(data, is_complete=extent.is_sealed):
                yield start, found

    def _note_origin(self, found: Record | Damage) -> bool:
        if not isinstance(found, Record) or found.kind is not RecordKind.ORIGIN:
            return False
        with suppress(ValueError):  # its spans are delivered without it
            number, origin = unpack_origin(found.payload)
            self._origins.setdefault(number, origin)
        return True

    def _span(self, found: Record | Damage) -> SpooledSpan | None:
        with suppress(ValueError):
            return unpack_span(found.payload, self._origins) if isinstance(found, Record) else None
        return None

    def _set_aside(self, start: int, end: int) -> None:
        """Copy what cannot be read into a file beside the segment, once in this process."""
        if end <= self._set_aside_to or not self._sets_aside:
            return
        self._set_aside_to = end
        self._unreadable_bytes += end - start
        with suppress(OSError):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            with os.fdopen(os.open(self.path.with_suffix(CORRUPT_SUFFIX), flags, _MODE), "ab") as aside:
                aside.write(self._read(start, end))

    def _keep(self, state: SegmentState) -> None:
        self._state = state
        with suppress(OSError):  # a full disk takes it too, since the file grows no larger
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.pwrite(descriptor, state.packed(), 0)
            finally:
                os.close(descriptor)

    def _read(self, start: int, end: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)
