"""How much of the disk a spool may take, and for how long, and how long a process may wait for its end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from verspan.spool.reading import CORRUPT_SUFFIX, Segment
from verspan.spool.sessions import SEGMENT_SUFFIX

_SEGMENT_BYTES = 8 * 2**20


@dataclass(frozen=True)
class Bounds:
    """What makes the oldest spans go, and an end come.

    Only whole segments go, and only those that nobody writes to: each live process may have one more.
    """

    max_bytes: int = 2**30
    """For one destination, over all processes."""
    max_age_s: int = 7 * 24 * 3600
    """For how long delivering is tried. It counts the time in which some process tried, by a clock that nobody can set:
    a machine that was off, or whose date was wrong, drops nothing."""
    exit_timeout_s: float = 2.0
    """How long the end of a process waits for the destination, which may hang: what is not delivered is on disk."""

    @property
    def segment_bytes(self) -> int:
        """How large a segment may become, so that the oldest is a small part of the whole."""
        return min(_SEGMENT_BYTES, max(1, self.max_bytes // 8))


def too_old(segments: Sequence[Segment], bounds: Bounds) -> list[Segment]:
    """The segments that have waited for too long."""
    return [segment for segment in segments if segment.waited_s > bounds.max_age_s]


def too_many(folder: Path, sealed: Sequence[Segment], bounds: Bounds) -> Iterator[Segment]:
    """Of the sealed segments that this process holds, the oldest ones that have to go for the rest to fit.

    Copies of what could not be read go first.
    """
    sizes = _sizes(folder)
    excess = sum(sizes.values()) - bounds.max_bytes
    for path in [path for path in sorted(sizes) if path.endswith(CORRUPT_SUFFIX)]:
        if excess <= 0:
            return
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108 - scandir gives texts
            excess -= sizes[path]
    for segment in sorted(sealed, key=lambda segment: segment.path.name):
        if excess <= 0:
            return
        excess -= sizes.get(str(segment.path), 0)
        yield segment


def _sizes(folder: Path) -> dict[str, int]:
    sizes = {}
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((SEGMENT_SUFFIX, CORRUPT_SUFFIX)):
                with suppress(OSError):  # another process has removed it
                    sizes[entry.path] = entry.stat().st_size
    return sizes
